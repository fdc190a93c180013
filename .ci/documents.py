"""Reads the documents of a pack back and compares them with its manifest. Called by .ci/documents."""

import json
import re
import subprocess
import sys
from pathlib import Path

import docx
import openpyxl
import pptx
from docx.shared import Mm
from pptx.util import Emu

OUT, BRIEF, OUTLINE = (Path(a) for a in sys.argv[1:4])
PACK, OPENED = OUT / "pack", OUT / "opened"
PROBLEMS = []


def check(holds, what):
    if not holds:
        PROBLEMS.append(what)


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def numbers(text):
    """Numbers of a text, as they are printed."""
    found = re.findall(r"[0-9][0-9,.]*", text.replace("\u2212", "-"))
    return {n.strip(",.") for n in found}


def known():
    """Numbers that may be printed: figures, and numbers in names, codes, dates and the outline's own words."""
    manifest = json.loads((PACK / "manifest.json").read_text())
    brief = json.loads(BRIEF.read_text())
    texts = [t for f in manifest["figures"] for t in f["texts"]]
    words = [OUTLINE.read_text(), json.dumps(brief["meta"], ensure_ascii=False)]
    strings = [json.dumps(c, ensure_ascii=False) for d in brief["datasets"].values() for r in d["rows"] for c in r
               if isinstance(c, (str, dict)) and not (isinstance(c, dict) and "dec" in c)]
    allowed = set().union(*(numbers(t) for t in texts + words + strings))
    year = brief["meta"]["year"]
    return allowed | {str(n) for n in range(100)} | {str(y) for y in range(year - 1, year + 2)}


def all_known(name, texts, allowed):
    for text in texts:
        for number in sorted(numbers(text) - allowed):
            check(False, f"{name}: “{number}” is no figure of the manifest: {text[:60]}")


def pages(pdf):
    return int(re.search(r"Pages:\s+(\d+)", run("pdfinfo", pdf)).group(1))


def lines(pdf, page):
    """Lines of a page: top, left, right in points, and text; words of one line differ by a point or two in height."""
    xml = run("pdftotext", "-bbox", "-f", str(page), "-l", str(page), str(pdf), "-")
    words = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)', xml)
    found = []
    for x0, y0, x1, y1, text in sorted(words, key=lambda w: float(w[3])):
        if not found or float(y1) - found[-1][0] > 4:
            found.append((float(y1), []))
        found[-1][1].append((float(x0), float(x1), text))
    sides = lambda w: (min(x for x, _, _ in w), max(x for _, x, _ in w), "".join(t for _, _, t in sorted(w)))
    return [(y, *sides(w)) for y, w in found]


def fonts_embedded(pdf):
    rows = run("pdffonts", pdf).splitlines()[2:]
    check(rows, f"{pdf.name}: no fonts")
    for row in rows:
        check(re.search(r"\s(yes)\s+(yes|no)\s+(yes|no)\s+\d+\s+\d+$", row), f"{pdf.name}: not embedded: {row}")


HANZI = re.compile(r"^[\u4e00-\u9fff，。、；：（）“”]+$")
TYPE = 15.5  # a character of running text is wider than this; those of tables and charts are not


def standard_page(pdf, first):
    """Full lines have 28 characters, lines are 1/22 of 225 mm apart or a little more, no line leaves the text area."""
    longest, pitches = 0, []
    for page in range(first, pages(pdf) + 1):
        text = [l for l in lines(pdf, page) if (l[2] - l[1]) / len(l[3]) > TYPE and HANZI.match(l[3])]
        longest = max([longest] + [len(l[3]) for l in text])
        for y, x0, x1, words in text:
            # Half of a bracket's or comma's square is empty and may stand in the margin.
            check(x0 > 79.4 - 9 and x1 < 523.0 + 9, f"{pdf.name} p.{page}: outside the text area: {words[:30]}")
        full = [l for l in lines(pdf, page) if l[2] > 510 and len(re.findall("[\u4e00-\u9fff]", l[3])) >= 18]
        pitches += [b[0] - a[0] for a, b in zip(full, full[1:]) if 24 < b[0] - a[0] < 40]
    pitches.sort()
    middle = pitches[len(pitches) // 2] if len(pitches) > 10 else 0
    # Where punctuation is squeezed a line holds one more.
    check(longest in (28, 29), f"{pdf.name}: {longest} characters in a full line, 28 expected")
    check(28 <= middle <= 30, f"{pdf.name}: {middle} points from line to line, about 29 expected")


def read_pdf(allowed):
    for pdf in sorted(PACK.glob("*.pdf")):
        fonts_embedded(pdf)
        text = run("pdftotext", str(pdf), "-")
        for word in ("综合评价", "遂宁市", "经开区"):
            check(word in text, f"{pdf.name}: {word} cannot be found by searching")
        check("数据级别 公开" in text, f"{pdf.name}: no level")
        check("595.2" in run("pdfinfo", pdf) and "841.8" in run("pdfinfo", pdf), f"{pdf.name}: not A4")
    check(pages(next(PACK.glob("00-*.pdf"))) == 1, "the page for leaders is more than one page")
    whole = next(PACK.glob("联席会议材料_*.pdf"))
    check(35 <= pages(whole) <= 50, f"{whole.name}: {pages(whole)} pages")
    standard_page(whole, 4)


def read_docx(allowed):
    check(pages(OPENED / "leaders.pdf") == 1, "the page for leaders is more than one page in LibreOffice")
    standard_page(OPENED / "pack.pdf", 4)
    for name in ("leaders.docx", "pack.docx"):
        document = docx.Document(OPENED / name)
        for section in document.sections:
            sides = (section.top_margin, section.left_margin, section.bottom_margin, section.right_margin)
            for side, expected in zip(sides, (37, 28, 35, 26)):
                check(abs(side - Mm(expected)) < Mm(0.1), f"{name}: margin {side.mm:.1f} mm, {expected} expected")
        texts = [p.text for p in document.paragraphs]
        texts += [c.text for t in document.tables for r in t.rows for c in r.cells]
        all_known(name, texts, allowed)
    styles = {s.name for s in document.styles}
    for style in ("Normal", "Heading 1", "Heading 2", "Title", "Caption", "图题", "表题", "落款"):
        check(style in styles, f"pack.docx: no style {style}")
    used = {p.style.name for p in document.paragraphs}
    check({"Heading 1", "Heading 2", "图题", "表题"} <= used, "pack.docx: styles are not used")
    check(len(document.tables) > 20 and len(document.inline_shapes) > 25, "pack.docx: tables or pictures are missing")
    contents_are_true()


def contents_are_true():
    """The pages in the contents are those on which LibreOffice begins the chapters; annexes may be one off."""
    squeeze = lambda text: re.sub(r"\s+", "", text)
    pdf = OPENED / "pack.pdf"
    text = [run("pdftotext", "-layout", "-f", str(n), "-l", str(n), str(pdf), "-") for n in range(1, pages(pdf) + 1)]
    listed = re.findall(r"^\s*(\S.*?)\s*·{3,}\s*(\d+)\s*$", text[2], re.M)
    check(len(listed) == 20, f"pack.docx: {len(listed)} lines of contents")
    for title, page in listed:
        at = [n for n, t in enumerate(text) if n > 2 and any(squeeze(l) == squeeze(title) for l in t.splitlines())]
        grace = 1 if title.startswith("附表") else 0
        check(at and abs(at[0] - int(page)) <= grace, f"pack.docx: {title} on {at}, contents say {page}")


def shape_texts(shapes):
    for shape in shapes:
        if shape.has_text_frame:
            yield from (p.text for p in shape.text_frame.paragraphs)
        if shape.has_table:
            yield from (c.text for r in shape.table.rows for c in r.cells)


def read_pptx(allowed):
    deck = pptx.Presentation(OPENED / "slides.pptx")
    slides = list(deck.slides)
    check(18 <= len(slides) <= 26, f"slides.pptx: {len(slides)} slides")
    check(pages(OPENED / "slides.pdf") == len(slides), "slides.pptx: LibreOffice shows another number of slides")
    tables = charts = pictures = 0
    for n, slide in enumerate(slides, 1):
        check(slide.has_notes_slide and slide.notes_slide.notes_text_frame.text.strip(), f"slide {n}: no notes")
        check(slide.shapes.title is not None and slide.shapes.title.text_frame.text, f"slide {n}: no title")
        all_known(f"slide {n}", shape_texts(slide.shapes), allowed)
        for shape in slide.shapes:
            tables += shape.has_table
            pictures += shape.shape_type == 13
            right, bottom = Emu(shape.left + shape.width), Emu(shape.top + shape.height)
            check(shape.left >= 0 and right <= deck.slide_width and bottom <= deck.slide_height,
                  f"slide {n}: {shape.name} stands outside")
            if shape.has_chart:
                charts += 1
                plot = shape.chart.plots[0]
                check(len(list(plot.categories)) > 2, f"slide {n}: chart without categories")
                check(any(v for s in plot.series for v in s.values), f"slide {n}: chart without values")
                book = openpyxl.load_workbook(__import__("io").BytesIO(shape.chart.part.chart_workbook.xlsx_part.blob))
                check(book.active.max_row == len(list(plot.categories)) + 1, f"slide {n}: workbook of the chart")
    check(tables >= 5 and charts >= 4 and pictures >= 8, f"slides.pptx: {tables} tables, {charts} charts, {pictures} pictures")


def read_xlsx():
    book = openpyxl.load_workbook(OPENED / "annex.xlsx")
    check(len(book.sheetnames) > 25, f"annex.xlsx: {len(book.sheetnames)} sheets")
    plain = [s for s in book.worksheets if s.title not in ("目录", "数据来源")]
    check(all(s.freeze_panes for s in plain), "annex.xlsx: a sheet without frozen panes")
    check(sum(len(s._charts) for s in plain) >= 5, "annex.xlsx: native charts are missing")
    formats = {c.number_format for s in plain for r in s.iter_rows() for c in r if isinstance(c.value, (int, float))}
    check("General" not in formats, "annex.xlsx: numbers without a format")


def read_html(allowed):
    text = run("pdftotext", str(OPENED / "page.pdf"), "-")
    for word in ("一页概览", "提请审议事项", "附表10"):
        check(word in re.sub(r"\s", "", text), f"page.html: {word} is not on the page")
    check((OPENED / "page.png").stat().st_size > 100_000, "page.html: the picture is empty")
    check(pages(OPENED / "page.pdf") > 20, "page.html: pages are missing in print")


ALLOWED = known()
read_pdf(ALLOWED)
read_docx(ALLOWED)
read_pptx(ALLOWED)
read_xlsx()
read_html(ALLOWED)
for problem in PROBLEMS[:40]:
    print(f"documents: {problem}", file=sys.stderr)
sys.exit(1 if PROBLEMS else 0)
