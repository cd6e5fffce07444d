"""Runs a package's Alembic migrations as the database's owner."""

from importlib import resources

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from concord_core.config import DatabaseSettings
from concord_core.storage.database import Login, url


def migrate(settings: DatabaseSettings, package: str) -> None:
    """Brings the database to the newest version of `<package>/migrations`; two at once wait for each other."""
    engine = create_engine(url(settings, settings.login(Login.OWNER)), hide_parameters=True)
    config = Config()
    with resources.as_file(resources.files(package) / "migrations") as folder, engine.connect() as conn:
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = conn
        conn.execute(text("select pg_advisory_lock(hashtext('concord.migrate'))"))
        conn.commit()
        command.upgrade(config, "head")
        conn.commit()
    engine.dispose()
