#!/usr/bin/env python3
"""Draw the Hangul letters set (DS-HAN): 24 basic letters, 28x28 grey pixels, from Debian's free fonts.

Maintainer's tool, not part of the build (needs python3-pil, which draws with FreeType):
    apt-get download fonts-nanum fonts-unfonts-core ... ; dpkg -x each into unpacked/
    python3 scripts/datasets/draw_hangul.py unpacked assets/data
Fonts are split, not images: a family that stands in the test set was never seen in training.
Each letter of each font is drawn several times with its own size, turn, shift and stroke weight.
Deterministic: the random numbers come from a fixed seed and the fonts are taken in name order.
"""
import gzip
import pathlib
import random
import struct
import sys

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

LETTERS = "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎㅏㅑㅓㅕㅗㅛㅜㅠㅡㅣ"
TEST_FAMILIES = ("NanumPen", "NanumSquareRound", "BMHANNA", "UnGungseo", "UnPilgi", "gulim", "Eunjin", "UnVada")
SKIP = ("hline", "UnJamo", "YetHangul", "Yetgul", "Bandal", "Guseul", "Bangwool")
SIZE, TRAIN_COPIES, TEST_COPIES, SEED = 28, 5, 4, 20261122


def glyph(font, letter):
    canvas = Image.new("L", (160, 160), 0)
    ImageDraw.Draw(canvas).text((48, 32), letter, font=font, fill=255)
    box = canvas.getbbox()
    return canvas.crop(box) if box else None


def vary(image, rng):
    """One drawing: the glyph fitted into a box of 16..22 pixels, turned, shifted, thickened or thinned."""
    if rng.random() < 0.3:
        image = image.filter(ImageFilter.MaxFilter(3))
    longest = max(image.size)
    box = rng.randint(16, 22)
    size = [max(2, round(side * box / longest)) for side in image.size]
    image = image.resize(size, Image.LANCZOS)
    frame = Image.new("L", (SIZE, SIZE), 0)
    frame.paste(image, ((SIZE - size[0]) // 2, (SIZE - size[1]) // 2))
    frame = frame.rotate(rng.uniform(-9, 9), Image.BICUBIC)
    return ImageChops.offset(frame, rng.randint(-2, 2), rng.randint(-2, 2))


def write_idx(path, dims, payload):
    header = bytes([0, 0, 8, len(dims)]) + b"".join(struct.pack(">I", d) for d in dims)
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        out.write(header + payload)


def main(fonts, target):
    rng, target = random.Random(SEED), pathlib.Path(target)
    found = {p.stem: p for p in sorted(pathlib.Path(fonts).rglob("*")) if p.suffix in (".ttf", ".otf", ".ttc")}
    sets, rows = {"train": [], "test": []}, []
    for name, path in sorted(found.items()):
        if any(word in name for word in SKIP):
            continue
        part = "test" if name.startswith(TEST_FAMILIES) else "train"
        font = ImageFont.truetype(str(path), 64)
        glyphs = [glyph(font, letter) for letter in LETTERS]
        distinct = {g.tobytes() for g in glyphs if g}
        if len(distinct) < len(LETTERS):
            print("skipped, letters missing:", name, file=sys.stderr)
            continue
        index = len(rows)
        rows.append((index, name, part))
        for label, image in enumerate(glyphs):
            for _ in range(TRAIN_COPIES if part == "train" else TEST_COPIES):
                sets[part].append((vary(image, rng).tobytes(), label, index))
    for part, items in sets.items():
        rng.shuffle(items)
        write_idx(target / f"hangul-{part}-images-idx3-ubyte.gz", [len(items), SIZE, SIZE], b"".join(i[0] for i in items))
        write_idx(target / f"hangul-{part}-labels-idx1-ubyte.gz", [len(items)], bytes(i[1] for i in items))
        write_idx(target / f"hangul-{part}-fonts-idx1-ubyte.gz", [len(items)], bytes(i[2] for i in items))
        print(part, len(items))
    lines = ["index\tfont\tpart"] + [f"{i}\t{n}\t{p}" for i, n, p in rows]
    (target / "hangul-fonts.tsv").write_text("\n".join(lines) + "\n")
    (target / "hangul-classes.txt").write_text("\n".join(LETTERS) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
