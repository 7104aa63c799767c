/**
 * A bound on what AWS's services may answer: the SDK holds whatever comes until it has ended, and a scan that runs
 * out of memory ends for every app. An extension, which each client is made with.
 */
import { pipeline, Readable, Transform } from 'node:stream';
import type { SSMClientConfig } from '@aws-sdk/client-ssm';

type Extension = NonNullable<SSMClientConfig['extensions']>[number];
/** The part of a client's configuration that every service's has. */
type ClientConfiguration = Pick<Parameters<Extension['configure']>[0], 'httpHandler'>;

/** A page of a table, the longest answer there is, holds 1 MB of items, which JSON makes some times longer. */
const LONGEST_ANSWER_BYTES = 8 * 1024 * 1024;

/** A request whose answer is longer than 8 MiB fails once so much has come. */
export const boundedAnswers = {
  configure(configuration: ClientConfiguration): void {
    const handler = configuration.httpHandler();
    const handle = handler.handle.bind(handler);
    handler.handle = async (request, options) => {
      const { response } = await handle(request, options);
      if (response.body instanceof Readable) response.body = bounded(response.body);
      return { response };
    };
  },
};

function bounded(body: Readable): Readable {
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= LONGEST_ANSWER_BYTES) done(null, chunk);
      else done(new Error(`the answer is longer than ${LONGEST_ANSWER_BYTES} bytes`));
    },
  });
  // Where either fails, both end; who reads the counter is told.
  pipeline(body, counter, () => undefined);
  return counter;
}
