"""The computations behind each table and figure, one module each.

Every study is `run(config) -> DataFrame`; `python -m rmot.studies.NAME` runs it for the DAG.
"""
