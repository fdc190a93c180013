"""Asks LibreOffice whether it understands a template: its rules of cells must survive opening and saving. Writes the pages
as PDF beside it, to be looked at. `template.py FILE.xlsx`; needs soffice and openpyxl (see CONTRIBUTING.md)."""
import os
import shutil
import subprocess
import sys
import tempfile

import openpyxl
from openpyxl.utils import range_boundaries


def rules(path):
    """(sheet, column, first row) of every rule -> what it asks for; rules that only show a hint are left out."""
    book = openpyxl.load_workbook(path)
    found = {}
    for sheet in book:
        for rule in sheet.data_validations.dataValidation:
            if rule.type in (None, "none"):
                continue
            rows = sorted(range_boundaries(str(part)) for part in str(rule.sqref).split())
            formula = (rule.formula1 or "").replace(" ", "").lstrip("=")
            found[sheet.title, rows[0][0], rows[0][1]] = (rule.type, formula, rows[-1][3])
    return found, set(book.defined_names)


def convert(path, kind, folder):
    profile = f"-env:UserInstallation=file://{folder}/profile"
    soffice = shutil.which("soffice") or sys.exit("soffice is not installed")
    subprocess.run([soffice, profile, "--headless", "--convert-to", kind, "--outdir", folder, path], check=True,
                   stdout=subprocess.DEVNULL, timeout=300)
    stem = os.path.splitext(os.path.basename(path))[0]
    return os.path.join(folder, f"{stem}.{kind}")


def is_lost(before, after):
    """LibreOffice saves the rules of empty cells for a thousand rows below the last filled one only."""
    return after is None or after[:2] != before[:2] or after[2] < min(before[2], 1_000)


def main(path):
    before, names_before = rules(path)
    with tempfile.TemporaryDirectory() as folder:
        after, names_after = rules(convert(path, "xlsx", folder))
        pages = convert(path, "pdf", folder)
        shutil.copy(pages, os.path.splitext(path)[0] + ".pdf")
    lost = [f"{place}: {rule} became {after.get(place)}" for place, rule in before.items() if is_lost(rule, after.get(place))]
    lost += [f"name {name} is gone" for name in sorted(names_before - names_after)]
    kinds = sorted({rule[0] for rule in before.values()})
    dependent = sum(rule[1].startswith("INDIRECT(") for rule in before.values())
    print(f"{len(before)} rules ({', '.join(kinds)}; {dependent} dependent lists), {len(names_before)} names")
    sys.exit("\n".join(lost) if lost else 0)


main(sys.argv[1])
