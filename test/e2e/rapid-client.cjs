/**
 * `node --require rapid-client.cjs …/aws-lambda-ric/index.mjs index.handler`: the native HTTP client of Lambda's
 * runtime client, in JavaScript, so that nobody needs cmake and a compiler to run this suite. All the rest of the
 * runtime client is AWS's own. It loads node:http anyway, so this costs a function's start next to nothing.
 */
const http = require('node:http');
const Module = require('node:module');
const path = require('node:path');

const [hostname, port] = (process.env.AWS_LAMBDA_RUNTIME_API ?? '').split(':');
/** One socket, so that answers and the next question arrive in order. While it is idle it keeps nothing alive. */
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function ask(method, where, body) {
  return new Promise((resolve, reject) => {
    const request = { hostname, port, method, agent, path: `/2018-06-01/runtime/${where}` };
    http
      .request(request, (response) => {
        let bodyJson = '';
        response.setEncoding('utf8');
        response.on('data', (text) => {
          bodyJson += text;
        });
        response.on('end', () => resolve({ bodyJson, headers: response.headers }));
      })
      .on('error', reject)
      .end(body);
  });
}

/** The interface of the native client, for which an answer sent needs no waiting. */
const client = {
  async next() {
    const { bodyJson, headers } = await ask('GET', 'invocation/next');
    const deadline = Number(headers['lambda-runtime-deadline-ms']);
    return { bodyJson, headers: { ...headers, 'lambda-runtime-deadline-ms': deadline } };
  },
  done: (id, body) => void ask('POST', `invocation/${id}/response`, body),
  error: (id, body) => void ask('POST', `invocation/${id}/error`, body),
};

const load = Module._load;
Module._load = (request, ...rest) =>
  path.basename(request) === 'rapid-client.node' ? client : load(request, ...rest);
