# The matching engine: learning its models anew, and measuring it. Included by the main Makefile.
DATA ?= ../shared/data/names/

.PHONY: train bench-screening bench-noise

train: setup-dev ## learn the matching engine's models from DATA (11 to 18 minutes, one core)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 NUMBA_NUM_THREADS=1 $(PY) -m concord_screening.engine.training.train $(DATA)

bench-screening: setup-dev ## measure the matching engine beside its peers; writes docs/benchmarks-screening.md
	$(PY) -m benchmarks.screening.run

bench-noise: setup-dev ## measure the matching engine on DATA's names with noise (1 to 2 minutes, one core); writes docs/benchmarks-noise.md
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 NUMBA_NUM_THREADS=1 $(PY) -m benchmarks.screening.noise.run $(DATA)
