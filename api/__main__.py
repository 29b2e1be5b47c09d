"""``python -m api tokens create USERNAME``: personal tokens, for whoever runs this machine."""

import argparse
import sys
from collections.abc import Callable
from contextlib import closing

import streamlit as st
from pydantic import ValidationError

from db.engine import Database, DatabaseUnavailableError
from db.migrate import migrate
from services.accounts import AccountService
from services.errors import ServiceError
from services.tokens import TokenService
from settings import Settings

_Run = Callable[[TokenService, int, argparse.Namespace], None]


def main(arguments: list[str] | None = None) -> int:
    """Do what was asked; return the exit code. A new token stands alone on standard output."""
    options = _parser().parse_args(arguments)
    st.secrets.load_if_toml_exists()  # puts `.streamlit/secrets.toml` into the environment, as the app does
    try:
        settings = Settings()
        run: _Run = options.run
        with closing(Database(settings.database_url)) as database:
            migrate(database)
            user_id = AccountService(database, settings).named(options.username).id
            run(TokenService(database), user_id, options)
    except ValidationError as error:
        return _refused("\n".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()))
    except DatabaseUnavailableError:
        return _refused("The database cannot be reached. Is DATABASE_URL right?")
    except ServiceError as error:
        return _refused(error.message)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m api", description="What the REST API needs on this machine.")
    tokens = parser.add_subparsers(required=True, metavar="tokens").add_parser("tokens", help="personal tokens")
    actions = tokens.add_subparsers(required=True, metavar="create | list | revoke")

    def action(name: str, run: _Run, told: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=told, description=told)
        made.add_argument("username")
        made.set_defaults(run=run)
        return made

    create = action("create", _create, "Make a token and print it; it is not shown again.")
    create.add_argument("--name", default="Command line", help="what it is for")
    create.add_argument("--days", type=int, help="how long it is valid; without an end unless told")
    create.add_argument("--read-only", action="store_true", help="a token that changes nothing")
    action("list", _list, "List a user's tokens.")
    revoke = action("revoke", _revoke, "End a token at once.")
    revoke.add_argument("token_id", type=int, metavar="ID", help="as `list` shows it")
    return parser


def _create(tokens: TokenService, user_id: int, options: argparse.Namespace) -> None:
    made = tokens.create(user_id=user_id, name=options.name, read_only=options.read_only, days=options.days)
    print(f"Token {made.info.id}, “{made.info.name}”. Keep it now: it is not shown again.", file=sys.stderr)
    print(made.secret)


def _list(tokens: TokenService, user_id: int, _: argparse.Namespace) -> None:
    for token in tokens.all(user_id=user_id):
        access = "read only" if token.read_only else "full access"
        used = f"last used {token.last_used_at:%Y-%m-%d}" if token.last_used_at else "never used"
        end = f"{'ended' if token.expired else 'ends'} {token.expires_at:%Y-%m-%d}" if token.expires_at else "no end"
        print(token.id, f"{token.hint}…", token.name, access, used, end, sep="\t")


def _revoke(tokens: TokenService, user_id: int, options: argparse.Namespace) -> None:
    tokens.revoke(options.token_id, user_id=user_id)
    print("Revoked: programs that use it are refused from now on.", file=sys.stderr)


def _refused(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
