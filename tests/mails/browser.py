"""Mails in a real browser (Chromium): how they are laid out, what they ask for, and pictures of them."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

BROWSER = shutil.which("chromium")
PHONE, DESKTOP = 390, 1000
"""Pixels of a window."""

_OF_THE_BROWSER = re.compile(r"^\S+ (http://)?[a-z0-9.-]+\.(google|googleapis|gvt1)\.com[:/]")
_MEASURE = """
<script>
const channel = c => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
const numbers = text => text.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
const behind = e => {
  for (; e; e = e.parentElement) {
    const colour = numbers(getComputedStyle(e).backgroundColor);
    if (colour.length === 3 || colour[3] > 0) return colour;
  }
  return [255, 255, 255];
};
const contrast = e => {
  const [a, b] = [light(numbers(getComputedStyle(e).color)), light(behind(e))];
  return (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
};
const parts = [...document.querySelectorAll("body *")].filter(e => e.tagName !== "SCRIPT");
const says = e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
parent.postMessage({
  width: innerWidth,
  over: parts.filter(e => e.getBoundingClientRect().right > innerWidth + .5).map(e => e.tagName),
  scrolls: document.documentElement.scrollWidth > innerWidth,
  faint: parts.filter(e => says(e) && contrast(e) < 4.5).map(e => e.tagName),
  small: parts.filter(e => says(e) && parseFloat(getComputedStyle(e).fontSize) < 13).map(e => e.tagName),
  height: document.documentElement.offsetHeight,
}, "*");
</script>
"""
_FRAMES = """<!DOCTYPE html><title></title><body><script>
const heard = [];
addEventListener("message", one => {
  heard.push(one.data);
  document.title = JSON.stringify(heard);
});
</script>%s</body>"""


def measured(folder: Path, page: str) -> list[dict[str, Any]]:
    """How a mail's HTML is laid out on a phone and on a desktop: what is too wide, too faint, too small."""
    return in_frames(folder, page.replace("</body>", f"{_MEASURE}</body>"), PHONE, DESKTOP)


def in_frames(folder: Path, page: str, *widths: int) -> list[dict[str, Any]]:
    """What the page posts to its parent, from windows of these widths, the narrowest first."""
    frames = "".join(
        f'<iframe width="{width}" height="900" style="border: 0" srcdoc="{html.escape(page)}"></iframe>'
        for width in widths
    )
    told: list[dict[str, Any]] = titled(folder, _FRAMES % frames, max(widths) + 200)
    return sorted(told, key=lambda one: one["width"])


def titled(folder: Path, page: str, width: int) -> Any:
    """What scripts of the page have written into its title, as JSON, in a window of this width."""
    file = folder / "measured.html"
    file.write_text(page, encoding="utf-8")
    dom = chromium(folder, "--dump-dom", "--virtual-time-budget=20000", f"--window-size={width},1000", file.as_uri())
    title = re.search("<title>(.*?)</title>", dom, re.DOTALL)
    assert title is not None
    return json.loads(html.unescape(title[1]))


def asked_for(folder: Path, page: str) -> list[str]:
    """What a mail's HTML asks the network for: every request of the browser ends at a proxy that notes it.

    What Chromium asks its maker by itself, as it does for an empty page, is left out.
    """
    file = folder / "alone.html"
    file.write_text(page, encoding="utf-8")
    noted: list[str] = []

    class Noting(StreamRequestHandler):
        def handle(self) -> None:
            noted.append(self.rfile.readline().decode(errors="replace").strip())

    with ThreadingTCPServer(("127.0.0.1", 0), Noting) as proxy:
        Thread(target=proxy.serve_forever, daemon=True).start()
        port = proxy.server_address[1]
        chromium(folder, "--dump-dom", f"--proxy-server=http://127.0.0.1:{port}", file.as_uri())
        proxy.shutdown()
    return [line for line in noted if not _OF_THE_BROWSER.search(line)]


def picture(folder: Path, page: str, width: int, target: Path) -> None:
    """Keep a picture of a mail in a window of this width, as high as the mail is."""
    (height,) = (one["height"] for one in measured(folder, page) if one["width"] == width)
    file = folder / "mail.html"
    framed = f'<iframe width="{width}" height="{height}" style="border: 0" srcdoc="{html.escape(page)}"></iframe>'
    file.write_text(f'<!DOCTYPE html><body style="margin: 0; overflow: hidden">{framed}</body>', encoding="utf-8")
    chromium(folder, f"--window-size={width},{height}", f"--screenshot={target}", file.as_uri())


def chromium(folder: Path, *options: str) -> str:
    """Run the browser without a window; ``folder`` takes its profile. Returns what it writes."""
    fixed = (
        *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions"),
    )
    done = subprocess.run(
        [BROWSER or "", *fixed, f"--user-data-dir={folder / 'profile'}", *options],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout
