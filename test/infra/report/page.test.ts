/** What the page's text holds. How it looks is seen in a browser: test/e2e/report-page.e2e.ts. */
import { beforeAll, describe, expect, it } from 'vitest';
import { renderPage } from '../../../infra/report/page.ts';
import { EXAMPLE } from './example.ts';

let page: string;

beforeAll(async () => {
  page = await renderPage(EXAMPLE);
});

describe('a page', () => {
  it('holds the tables, numbers as people read them', () => {
    expect(page).toContain('<td class="number">67,890</td>');
    expect(page).toContain('<td class="number">12.3</td>');
    expect(page).toContain('<span class="good">✓ none</span>');
  });

  it('says below each chart, in words and in order, what its marks mean', () => {
    const list = /<details>.*?<\/details>/s.exec(page)?.[0] ?? '';
    expect(list).toContain('2 events');
    expect(list).toMatch(/01:25:00–01:28:00.*spared.*within-window.*01:30:00.*restarted.*1023 MB/s);
  });

  it('says how many charts are hidden because nothing happened in them', () => {
    expect(page).toContain('also the 1 of 4 charts');
  });

  it('has two scripts, its data and its own, and takes no text for a third', () => {
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/script/g)).toHaveLength(2);
    expect(page).not.toContain('<img');
  });

  it('names nothing that would have to be fetched, and forbids to', () => {
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/(?:src|href)="(?!data:|#)/);
    expect(page).not.toMatch(/@import|url\(/);
  });

  it('is the same for the same report', async () => {
    expect(await renderPage(EXAMPLE)).toBe(page);
  });
});
