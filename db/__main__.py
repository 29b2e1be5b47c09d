"""``python -m db backup FILE`` and ``python -m db restore FILE``, for whoever runs this machine."""

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tomllib import TOMLDecodeError

from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from db.backup import Backup, BackupError, Restored, back_up, restore
from db.engine import Database, DatabaseUnavailableError
from settings import Settings

_Run = Callable[[Database, argparse.Namespace], str]


def main(arguments: list[str] | None = None) -> int:
    """Do what was asked; return the exit code."""
    options = _parser().parse_args(arguments)
    run: _Run = options.run
    try:
        with closing(_opened(Settings.with_secrets().database_url)) as database:
            print(run(database, options))
    except ValidationError as error:
        return _refused("\n".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()))
    except TOMLDecodeError as error:
        return _refused(f"secrets.toml cannot be read: {error}.")
    except BackupError as error:
        return _refused(str(error))
    except DatabaseUnavailableError:
        return _refused("The database cannot be reached, or others hold it for too long. Is DATABASE_URL right?")
    except SQLAlchemyError as error:  # a file of something else, tables of somebody else, or no right to write
        return _refused(f"The database cannot be used ({type(error).__name__}). Is DATABASE_URL right?")
    except OSError as error:
        return _refused(f"{error.filename or options.file}: {error.strerror}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m db", description="Everything in the database, as one file.")
    actions = parser.add_subparsers(required=True, metavar="backup | restore")

    def action(name: str, run: _Run, told: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=told, description=told)
        made.add_argument("file", type=Path, metavar="FILE")
        made.set_defaults(run=run)
        return made

    backup = action("backup", _backup, "Write the database to a file; the app may be running.")
    backup.add_argument("--force", action="store_true", help="write over a file that is already there")
    restored = action("restore", _restore, "Put such a file into the database, SQLite or PostgreSQL.")
    restored.add_argument("--replace", action="store_true", help="delete everything that is in the database first")
    return parser


def _opened(url: str) -> Database:
    try:
        return Database(url)
    except (ArgumentError, ImportError, ValueError) as exc:
        raise BackupError("DATABASE_URL is not the address of a SQLite or PostgreSQL database.") from exc


def _backup(database: Database, options: argparse.Namespace) -> str:
    backup = back_up(database, options.file, force=options.force)
    return f"{options.file} holds {_counted(backup)}: {_size(options.file.stat().st_size)}."


def _restore(database: Database, options: argparse.Namespace) -> str:
    backup = restore(database, options.file, replace=options.replace)
    told = f"The database holds {_counted(backup)}, as they were at {backup.made_at:%Y-%m-%d %H:%M} UTC."
    return "\n".join([told, *_links(backup)])


def _links(restored: Restored) -> list[str]:
    """Say which links to reviews are open: whoever revoked one after the backup does not expect it."""
    number, again = len(restored.open_links), restored.opened_again
    if not number:
        return []
    opens = f"{_many(number, 'link')} to reviews {'is' if number == 1 else 'are'} open"
    if again is None:
        return [f"{opens}, also if revoked after the backup: look under Reviews."]
    if not again:
        return [f"{opens}, as before."]
    return [
        f"{opens}. These are open again, as they were then; revoke them anew if they are not to be:",
        *(f"  {link.id} for {link.audience}: {link.title}" for link in again),
    ]


def _counted(backup: Backup) -> str:
    users, sessions, messages = (_many(backup.rows[f"{noun}s"], noun) for noun in ("user", "session", "message"))
    return f"{users}, {sessions} and {messages}"


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.1f} MB" if size_bytes >= 1e5 else f"{size_bytes / 1e3:,.1f} kB"


def _refused(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
