/**
 * A report as one HTML file that works by itself, offline, for years: script, style and data are in it, and its
 * content security policy lets it load nothing else. What surprises: the policy allows the page's own script and
 * style by their digests alone, so text that somebody managed to put into the page as a script would not run.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type EmbeddedReport, embedChart, jsonForScript } from './embedded.ts';
import { bodyOf, escapeHtml } from './markup.ts';
import type { Report } from './report.ts';

/** The id of the element that holds the charts, as the script in the page knows it. */
const DATA_ID = 'report';

/** @returns the file's whole text */
export async function renderPage(report: Report): Promise<string> {
  const [script, style] = await Promise.all([bundledScript(), wholeStyle()]);
  const embedded: EmbeddedReport = {
    markKinds: report.markKinds,
    charts: report.groups.flatMap(({ charts }) => charts.map(embedChart)),
  };
  const policy = `default-src 'none'; img-src data:; script-src ${digest(script)}; style-src ${digest(style)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escapeHtml(report.title)}</title>
<style>${style}</style>
</head>
<body>
${bodyOf(report)}
<script type="application/json" id="${DATA_ID}">${jsonForScript(embedded)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** uPlot and the script that draws with it, in one. */
async function bundledScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('browser/main.ts', import.meta.url))],
    bundle: true,
    write: false,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    minify: true,
    charset: 'utf8',
    legalComments: 'inline',
    define: { DATA_ID: JSON.stringify(DATA_ID) },
    logLevel: 'warning',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('Expected esbuild to give one file, found none.');
  return file.text.trim();
}

async function wholeStyle(): Promise<string> {
  const uplot = createRequire(import.meta.url).resolve('uplot/dist/uPlot.min.css');
  const parts = [uplot, fileURLToPath(new URL('page.css', import.meta.url))];
  return (await Promise.all(parts.map((path) => readFile(path, 'utf8')))).join('\n');
}

function digest(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
