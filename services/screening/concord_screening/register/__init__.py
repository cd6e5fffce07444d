"""The register: what each agency lists, entered by one person, approved by another, read by nobody else."""
