/**
 * Makes the stack as `npx cdk synth` would, feature flags of `cdk.json` included, in temporary folders: the
 * function need not be built, and nothing is left behind.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import * as z from 'zod/mini';
import { readSettings } from '../../../infra/aws/settings.ts';
import { WhacamoleStack } from '../../../infra/aws/whacamole-stack.ts';

const CDK_JSON = z
  .object({ app: z.string(), context: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../../cdk.json'), 'utf8')));

const temporary: string[] = [];

/** A folder that is gone when the test file is done. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'whacamole-'));
  temporary.push(folder);
  return folder;
};

afterAll(() => {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true });
});

export interface Made {
  readonly app: App;
  readonly stack: WhacamoleStack;
}

/** The stack under the given context, not synthesised yet. */
export const makeStack = (context: Record<string, unknown> = {}): Made => {
  const codeFolder = temporaryFolder();
  writeFileSync(join(codeFolder, 'index.mjs'), 'export const handler = async () => ({});\n');
  const app = new App({ context: CDK_JSON.context, outdir: temporaryFolder() });
  const settings = readSettings(context);
  const id = settings.stage ? `Whacamole-${settings.stage}` : 'Whacamole';
  return {
    app,
    stack: new WhacamoleStack(app, id, { settings, code: { scan: codeFolder, scanBatch: codeFolder } }),
  };
};

const templates = new Map<string, Template>();

/** The template under the given context; made once, since nothing changes it. */
export const synthesise = (context: Record<string, unknown> = {}): Template => {
  const key = JSON.stringify(context);
  const template = templates.get(key) ?? Template.fromStack(makeStack(context).stack);
  templates.set(key, template);
  return template;
};

const RESOURCE = z.looseObject({
  Type: z.string(),
  Properties: z._default(z.record(z.string(), z.any()), {}),
});

export type Properties = z.infer<typeof RESOURCE>['Properties'];

/** The properties of all resources of a type, in the template's order. */
export const propertiesOf = (template: Template, type: string): Properties[] =>
  Object.values(template.findResources(type)).map((resource) => RESOURCE.parse(resource).Properties);

/** The properties of the one resource of a type. */
export const onlyOne = (template: Template, type: string): Properties => {
  const [properties, ...others] = propertiesOf(template, type);
  if (properties === undefined || others.length > 0) throw new Error(`Expected one ${type} in the template`);
  return properties;
};

const JOIN = z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) });
const REF = z.object({ Ref: z.string() });
const ATTRIBUTE = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) });

/**
 * A value of the template as one readable text: `<AWS::Region>` for a reference, `<Scan.Arn>` for an attribute.
 * The hash at the end of a logical id is left out.
 */
export const readable = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const join = JOIN.safeParse(value);
  if (join.success) return join.data['Fn::Join'][1].map(readable).join(join.data['Fn::Join'][0]);
  const named = (id: string): string => id.replace(/[0-9A-F]{8}$/, '');
  const reference = REF.safeParse(value);
  if (reference.success) return `<${named(reference.data.Ref)}>`;
  const attribute = ATTRIBUTE.safeParse(value);
  if (attribute.success) {
    const [id, name] = attribute.data['Fn::GetAtt'];
    return `<${named(id)}.${name}>`;
  }
  throw new Error(`Not a text of a template: ${JSON.stringify(value)}`);
};
