/** Draws media/icon.png (the Marketplace takes no SVG) from media/icon.svg. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launchChromium } from "./lib/chromium.ts";

const media = join(import.meta.dirname, "..", "media");
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: 128, height: 128 }, deviceScaleFactor: 2 });
  const svg = await readFile(join(media, "icon.svg"), "utf8");
  await page.setContent(
    `<style>body{margin:0;background:transparent}svg{display:block;width:128px}</style>${svg}`,
  );
  await writeFile(join(media, "icon.png"), await page.screenshot({ omitBackground: true }));
} finally {
  await browser.close();
}
