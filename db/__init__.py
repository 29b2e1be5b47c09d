"""The planner's own database: engine, tables, queries and migrations.

What the name of a query says, and holds for no other:

- `lock`: it holds the rows that it finds against other writers until the transaction ends.
- `active`: users who are disabled do not count.
- `visible`: it finds what the planner may see, as `db.visibility` has it.
"""
