/**
 * A certificate that nobody has vouched for but itself. Node makes keys but no certificates, and a key that stands in
 * a repository would be found by whoever looks for lost ones.
 */
import { generateKeyPairSync, sign } from 'node:crypto';

export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** DER, as far as a certificate needs it. */
const TAG = {
  integer: 0x02,
  bits: 0x03,
  oid: 0x06,
  utf8: 0x0c,
  time: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const;

/** `commonName`, and `ecdsa-with-SHA256`. */
const COMMON_NAME = Buffer.from('550403', 'hex');
const ECDSA_WITH_SHA256 = Buffer.from('2a8648ce3d040302', 'hex');

/** @param until `YYMMDD`, in this century before 2050 */
export function selfSigned(until: string): Identity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const algorithm = der('sequence', der('oid', ECDSA_WITH_SHA256));
  const name = der(
    'sequence',
    der('set', der('sequence', der('oid', COMMON_NAME), der('utf8', Buffer.from('127.0.0.1')))),
  );
  const signed = der(
    'sequence',
    der('integer', Buffer.from([1])),
    algorithm,
    name,
    der('sequence', der('time', Buffer.from('200101000000Z')), der('time', Buffer.from(`${until}000000Z`))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = der('bits', Buffer.from([0]), sign('sha256', signed, privateKey));
  const certificate = der('sequence', signed, algorithm, signature).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`,
  };
}

function der(tag: keyof typeof TAG, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([TAG[tag], ...size]), content]);
}
