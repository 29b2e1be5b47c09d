"""The planner's own database: engine, tables, queries and migrations."""
