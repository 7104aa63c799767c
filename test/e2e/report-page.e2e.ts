/** The page of a report as a person opens it: from a file, offline, in a light and in a dark browser. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderPage } from '../../infra/report/page.ts';
import { EXAMPLE } from '../infra/report/example.ts';
import { startBrowser } from './browser.ts';

let browser: Browser;
let folder: string;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whacamole-page-'));
  const file = join(folder, 'report.html');
  await writeFile(file, await renderPage(EXAMPLE));
  url = pathToFileURL(file).href;
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

interface Opened {
  readonly page: Page;
  readonly complaints: string[];
  readonly requests: string[];
}

async function open(colorScheme: 'light' | 'dark'): Promise<Opened> {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1300, height: 1400 } });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  await page.locator('.plot canvas').first().waitFor();
  return { page, complaints, requests };
}

/** How many different colours each visible chart has, and how bright the page behind it is, from 0 to 255. */
function look(page: Page): Promise<{ colours: number[]; brightness: number }> {
  return page.evaluate(`(() => {
    const colours = [...document.querySelectorAll('.plot canvas')].map((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
    const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number);
    return { colours, brightness: (red + green + blue) / 3 };
  })()`);
}

describe.each(['light', 'dark'] as const)('in a %s browser', (scheme) => {
  let opened: Opened;

  beforeAll(async () => {
    opened = await open(scheme);
  });

  it('draws every chart that is not hidden, in the page’s own brightness', async () => {
    const { colours, brightness } = await look(opened.page);
    expect(colours).toHaveLength(3);
    for (const count of colours) expect(count).toBeGreaterThan(20);
    if (scheme === 'light') expect(brightness).toBeGreaterThan(200);
    else expect(brightness).toBeLessThan(60);
  });

  it('shows a chart in which nothing happened to whoever asks', async () => {
    const { page } = opened;
    await page.locator('#quiet').check();
    await page.locator('.quiet canvas').waitFor();
    expect(await page.locator('.plot canvas').count()).toBe(4);
  });

  it('says what is under the pointer', async () => {
    const { page } = opened;
    const chart = page.locator('.plot').first();
    const over = await chart.locator('.u-over').boundingBox();
    if (over === null) throw new Error('Expected the first chart to be in view.');
    await page.mouse.move(over.x + over.width / 2, over.y + 20);
    const tip = await chart.locator('.tip').innerText();
    expect(tip).toContain('01:2');
    expect(tip).toMatch(/memory: \d+ MB/);
  });

  it('lists what happened', async () => {
    const { page } = opened;
    const events = page.locator('figure').first().locator('details');
    await events.locator('summary').click();
    const [first = ''] = await events.getByRole('listitem').allInnerTexts();
    expect(first).toContain('within-window');
  });

  it('is drawn anew where the browser turns to the other scheme', async () => {
    const { page } = opened;
    const picture = () => page.evaluate<string>(`document.querySelector('.plot canvas').toDataURL()`);
    const before = await picture();
    await page.emulateMedia({ colorScheme: scheme === 'light' ? 'dark' : 'light' });
    await expect.poll(picture).not.toBe(before);
    expect((await look(page)).colours.every((count) => count > 20)).toBe(true);
  });

  it('has asked the network for nothing, complained of nothing, and run nobody else’s script', async () => {
    const { page, complaints, requests } = opened;
    expect(requests).toEqual([url]);
    expect(complaints).toEqual([]);
    expect(await page.evaluate('window.broken')).toBeUndefined();
  });
});
