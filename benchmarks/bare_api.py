"""The least that an API can do: one FastAPI route that reads one row."""

import os

from fastapi import FastAPI
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from db.models import ChatSession

app = FastAPI()
engine = create_engine(os.environ["DATABASE_URL"])


@app.get("/")
def first_session() -> dict[str, str]:
    """Return the title of a session."""
    with Session(engine) as db_session:
        return {"title": db_session.scalars(select(ChatSession.title).limit(1)).one_or_none() or ""}
