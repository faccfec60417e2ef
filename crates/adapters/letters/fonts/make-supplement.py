"""Makes BansoSupplement.otf: what BIZ UDMincho lacks, out of Noto Serif CJK JP.

Rare kanji of names (𠮷 and some 13,000 more) and a proportional Latin alphabet for the small English lines.
Needs fonttools. Usage: make-supplement.py NotoSerifCJK-Regular.ttc BIZUDMincho-Regular.ttf BansoSupplement.otf
"""

import sys

from fontTools import subset
from fontTools.ttLib import TTFont

LATIN = [(0x20, 0x24F), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x205E), (0x20A0, 0x20BF)]
OTHERS = [(0x370, 0x3FF), (0x400, 0x4FF), (0x2100, 0x2BFF), (0x3000, 0x33FF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF)]
KANJI = [(0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF)]
NAME = "Banso Supplement"


def characters(ranges):
    return {c for first, last in ranges for c in range(first, last + 1)}


def main(noto_path, mincho_path, out_path):
    noto = TTFont(noto_path, fontNumber=0, recalcTimestamp=False)
    mincho = set(TTFont(mincho_path).getBestCmap())
    wanted = characters(LATIN) | (characters(OTHERS + KANJI) - mincho)
    options = subset.Options()
    options.layout_features = ["kern"]
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx", "GDEF", "DSIG"]
    worker = subset.Subsetter(options)
    worker.populate(unicodes=wanted)
    worker.subset(noto)
    for record in noto["name"].names:
        if record.nameID in (1, 3, 4):
            record.string = NAME
        elif record.nameID == 6:
            record.string = NAME.replace(" ", "")
    noto["CFF "].cff.fontNames = [NAME.replace(" ", "")]
    noto.save(out_path)


if __name__ == "__main__":
    main(*sys.argv[1:])
