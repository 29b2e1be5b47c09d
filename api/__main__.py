"""``python -m api tokens | admins``: personal tokens and admins, for whoever runs this machine."""

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from tomllib import TOMLDecodeError

from pydantic import ValidationError

from db.engine import Database, DatabaseUnavailableError
from db.migrate import migrate
from services.accounts import AccountService
from services.errors import ServiceError
from services.tokens import TokenService
from settings import Settings

_Run = Callable[[AccountService, TokenService, argparse.Namespace], None]


def main(arguments: list[str] | None = None) -> int:
    """Do what was asked; return the exit code. A new token stands alone on standard output."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.with_secrets()
        run: _Run = options.run
        with closing(Database(settings.database_url)) as database:
            migrate(database)
            run(AccountService(database, settings), TokenService(database), options)
    except ValidationError as error:
        return _refused("\n".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()))
    except TOMLDecodeError as error:
        return _refused(f"secrets.toml cannot be read: {error}.")
    except DatabaseUnavailableError:
        return _refused("The database cannot be reached. Is DATABASE_URL right?")
    except ServiceError as error:
        return _refused(error.message)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m api", description="What only this machine's owner may do.")
    parts = parser.add_subparsers(required=True, metavar="tokens | admins")

    def part(name: str, told: str, actions: str) -> Callable[[str, _Run, str], argparse.ArgumentParser]:
        made = parts.add_parser(name, help=told, description=told).add_subparsers(required=True, metavar=actions)

        def action(name: str, run: _Run, told: str) -> argparse.ArgumentParser:
            parser = made.add_parser(name, help=told, description=told)
            parser.set_defaults(run=run)
            return parser

        return action

    action = part("tokens", "Personal tokens for the REST API.", "create | list | revoke")
    create = action("create", _create, "Make a token and print it; it is not shown again.")
    create.add_argument("username")
    create.add_argument("--name", default="Command line", help="what it is for")
    create.add_argument("--days", type=int, help="how long it is valid; without an end unless told")
    create.add_argument("--read-only", action="store_true", help="a token that changes nothing")
    action("list", _list, "List a user's tokens.").add_argument("username")
    revoke = action("revoke", _revoke, "End a token at once.")
    revoke.add_argument("username")
    revoke.add_argument("token_id", type=int, metavar="ID", help="as `list` shows it")

    action = part("admins", "Who sees the page Operations.", "add | list | remove")
    action("add", _add_admin, "Make a user an admin.").add_argument("username")
    action("list", _list_admins, "List the admins.")
    action("remove", _remove_admin, "Make an admin a planner again.").add_argument("username")
    return parser


def _create(accounts: AccountService, tokens: TokenService, options: argparse.Namespace) -> None:
    user = accounts.named(options.username)
    made = tokens.create(user_id=user.id, name=options.name, read_only=options.read_only, days=options.days)
    print(f"Token {made.info.id}, “{made.info.name}”. Keep it now: it is not shown again.", file=sys.stderr)
    print(made.secret)


def _list(accounts: AccountService, tokens: TokenService, options: argparse.Namespace) -> None:
    for token in tokens.all(user_id=accounts.named(options.username).id):
        access = "read only" if token.read_only else "full access"
        used = f"last used {token.last_used_at:%Y-%m-%d}" if token.last_used_at else "never used"
        end = f"{'ended' if token.expired else 'ends'} {token.expires_at:%Y-%m-%d}" if token.expires_at else "no end"
        print(token.id, f"{token.hint}…", token.name, access, used, end, sep="\t")


def _revoke(accounts: AccountService, tokens: TokenService, options: argparse.Namespace) -> None:
    tokens.revoke(options.token_id, user_id=accounts.named(options.username).id)
    print("Revoked: programs that use it are refused from now on.", file=sys.stderr)


def _add_admin(accounts: AccountService, _: TokenService, options: argparse.Namespace) -> None:
    user = accounts.named(options.username)
    accounts.set_admin(user.id, admin=True)
    print(f"{user.username} is an admin and has the page Operations from the next click on.", file=sys.stderr)


def _list_admins(accounts: AccountService, _: TokenService, __: argparse.Namespace) -> None:
    for user in accounts.admins():
        print(user.username, user.name, user.email, sep="\t")


def _remove_admin(accounts: AccountService, _: TokenService, options: argparse.Namespace) -> None:
    user = accounts.named(options.username)
    accounts.set_admin(user.id, admin=False)
    print(f"{user.username} is a planner like all others.", file=sys.stderr)


def _refused(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
