"""Reads every value of a workbook in openpyxl's read-only mode: no checks, nothing kept. `openpyxl_read.py FILE`"""
import sys

import openpyxl

book = openpyxl.load_workbook(sys.argv[1], read_only=True, data_only=True)
cells = sum(len(row) for sheet in book for row in sheet.iter_rows(values_only=True))
print(f"{cells} cells, openpyxl {openpyxl.__version__}")
