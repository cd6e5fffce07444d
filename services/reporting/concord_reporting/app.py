"""Puts reporting's parts together."""

from datetime import timedelta

from concord_core.runtime import Context, Job, Parts, Service
from concord_reporting.config import ReportingSettings
from concord_reporting.policy import policy_table
from concord_reporting.projections import handlers, http, pages
from concord_reporting.releases import pages as public_pages
from concord_reporting.releases.jobs import announce_agreement


def build(context: Context) -> Parts:
    """Pages, REST, the consumer of facts and the job that announces agreements."""
    settings = context.settings

    def announce() -> None:
        announce_agreement(context.consume_db, context.agreement, settings.agreement, node=settings.node)

    return Parts(
        routers=[
            public_pages.router(context.public_db),
            pages.router(context.app_db),
            http.router(context.app_db, context.agreement),
        ],
        subscriptions=[handlers.subscription()],
        jobs=[Job("announce_agreement", timedelta(hours=1), announce)],
    )


SERVICE = Service(
    name="reporting",
    package="concord_reporting",
    settings=ReportingSettings,
    policy=policy_table,
    build=build,
    staff_prefix="/reporting",
)
