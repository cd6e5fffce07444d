"""Facts between services: written with the change that they report, signed, sent at least once, applied once."""

from concord_core.events.model import Fact, Handler, Record, StoredRecord, Subscription

__all__ = ["Fact", "Handler", "Record", "StoredRecord", "Subscription"]
