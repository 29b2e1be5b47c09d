"""``python -m api tokens | admins | limits``: tokens, admins, monthly limits, for whoever runs this machine."""

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from tomllib import TOMLDecodeError

from pydantic import ValidationError

from db.engine import Database, DatabaseUnavailableError
from db.migrate import migrate
from services.accounts.accounts import AccountService
from services.accounts.admins import AdminService
from services.accounts.tokens import TokenService
from services.errors import ServiceError
from services.usage.costs import MICROS, CostService, usd
from settings import Settings, wrong_settings


@dataclass(frozen=True, slots=True)
class _Services:
    accounts: AccountService
    admins: AdminService
    tokens: TokenService
    costs: CostService


_Run = Callable[[_Services, argparse.Namespace], None]


def main(arguments: list[str] | None = None) -> int:
    """Do what was asked; return the exit code. A new token stands alone on standard output."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.with_secrets()
        run: _Run = options.run
        with closing(Database(settings.database_url)) as database:
            migrate(database)
            costs = CostService(database, monthly_limit_usd=settings.monthly_limit_usd)
            accounts, admins = AccountService(database, settings), AdminService(database)
            run(_Services(accounts, admins, TokenService(database), costs), options)
    except ValidationError as error:
        return _refused("\n".join(wrong_settings(error)))
    except TOMLDecodeError as error:
        return _refused(f"secrets.toml cannot be read: {error}.")
    except DatabaseUnavailableError:
        return _refused("The database cannot be reached. Is DATABASE_URL right?")
    except ServiceError as error:
        return _refused(error.message)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m api", description="What only this machine's owner may do.")
    parts = parser.add_subparsers(required=True, metavar="tokens | admins | limits")

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
    create.add_argument("--metrics", action="store_true", help="an admin's, for Prometheus: /api/metrics only")
    action("list", _list, "List a user's tokens.").add_argument("username")
    revoke = action("revoke", _revoke, "End a token at once.")
    revoke.add_argument("username")
    revoke.add_argument("token_id", type=int, metavar="ID", help="as `list` shows it")

    action = part("admins", "Who sees the page Operations.", "add | list | remove")
    action("add", _add_admin, "Make a user an admin.").add_argument("username")
    action("list", _list_admins, "List the admins.")
    action("remove", _remove_admin, "Make an admin a planner again.").add_argument("username")

    action = part("limits", "What a user may spend in a month.", "show | set | clear")
    action("show", _show_limit, "Show what a user spent this month, and may spend.").add_argument("username")
    set_ = action("set", _set_limit, "Let a user spend this much in a calendar month (UTC).")
    set_.add_argument("username")
    set_.add_argument("usd", type=Decimal, help="US dollars; what is being written goes on")
    action("clear", _clear_limit, "Let the setting MONTHLY_LIMIT_USD hold again.").add_argument("username")
    return parser


def _create(services: _Services, options: argparse.Namespace) -> None:
    user = services.accounts.named(options.username)
    made = services.tokens.create(
        user_id=user.id,
        name=options.name,
        read_only=options.read_only,
        metrics_only=options.metrics,
        days=options.days,
    )
    print(f"Token {made.info.id}, “{made.info.name}”. Keep it now: it is not shown again.", file=sys.stderr)
    print(made.secret)


def _list(services: _Services, options: argparse.Namespace) -> None:
    for token in services.tokens.all(user_id=services.accounts.named(options.username).id):
        access = "metrics only" if token.metrics_only else "read only" if token.read_only else "full access"
        used = f"last used {token.last_used_at:%Y-%m-%d}" if token.last_used_at else "never used"
        end = f"{'ended' if token.expired else 'ends'} {token.expires_at:%Y-%m-%d}" if token.expires_at else "no end"
        print(token.id, f"{token.hint}…", token.name, access, used, end, sep="\t")


def _revoke(services: _Services, options: argparse.Namespace) -> None:
    services.tokens.revoke(options.token_id, user_id=services.accounts.named(options.username).id)
    print("Revoked: programs that use it no longer have access.", file=sys.stderr)


def _add_admin(services: _Services, options: argparse.Namespace) -> None:
    user = services.accounts.named(options.username)
    services.admins.set_admin(user.id, admin=True)
    print(f"{user.username} is an admin and has the page Operations from the next click on.", file=sys.stderr)


def _list_admins(services: _Services, _: argparse.Namespace) -> None:
    for user in services.admins.all():
        print(user.username, user.name, user.email, sep="\t")


def _remove_admin(services: _Services, options: argparse.Namespace) -> None:
    user = services.accounts.named(options.username)
    services.admins.set_admin(user.id, admin=False)
    print(f"{user.username} is a planner like all others.", file=sys.stderr)


def _show_limit(services: _Services, options: argparse.Namespace) -> None:
    month = services.costs.this_month(services.accounts.named(options.username).id)
    limit = "no limit" if month.limit_micros is None else f"limit {usd(month.limit_micros)}"
    print(f"spent {usd(month.spent_micros)}", f"{month.unpriced} replies of unknown price", limit, sep="\t")


def _set_limit(services: _Services, options: argparse.Namespace) -> None:
    user = services.accounts.named(options.username)
    services.costs.set_limit(user.id, options.usd, by=None)
    print(f"{user.username} may spend {usd(int(options.usd * MICROS))} in a month.", file=sys.stderr)


def _clear_limit(services: _Services, options: argparse.Namespace) -> None:
    user = services.accounts.named(options.username)
    services.costs.set_limit(user.id, None, by=None)
    print(f"For {user.username} the setting MONTHLY_LIMIT_USD holds.", file=sys.stderr)


def _refused(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
