import { AuditError } from '../../../core/errors.ts';
import { routeOf } from '../../shared/http/operation.ts';
import type { ApiResponse } from '../../shared/http/response.ts';
import { getConsoleFile, getConsolePage, getSignIn, openConsole } from '../operations/console.ts';
import type { ConsoleFiles, ReadApi } from '../ports.ts';

/**
 * What the console's page may do: run its own files, ask its own API. Nothing inline, nothing from elsewhere, no frame
 * around it, no plain string that becomes markup.
 */
const policyFor = (origins: readonly string[]) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    ["connect-src 'self'", ...origins].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');

const HEADERS = {
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

const PAGE = 'index.html';
const REFERENCE = 'api';
const YEAR = 31_536_000;

/** `GET /console/…`: the console's static files. They hold nothing of the tenant, so nobody has to be somebody to get them. */
export function consoleRoutes({ console: files, signIn }: Pick<ReadApi, 'console' | 'signIn'>) {
  const policy = policyFor(signIn?.origins ?? []);
  return [
    routeOf(openConsole, async () => ({
      status: 302,
      // Relative: nobody here knows under which path the API lies.
      headers: { location: `console/${PAGE}`, 'cache-control': 'no-cache' },
    })),
    routeOf(getConsolePage, async ({ header }) => serve(files, policy, PAGE, header('accept-encoding'))),
    routeOf(getSignIn, async () => ({
      status: 200,
      headers: { 'cache-control': 'no-cache' },
      body: { oidc: signIn ?? null },
    })),
    // `/console/api` is a page like `/console/`: it is linked, so it has no ending.
    routeOf(getConsoleFile, async ({ params: { file }, header }) =>
      serve(files, policy, file === REFERENCE ? `${REFERENCE}.html` : file, header('accept-encoding')),
    ),
  ];
}

function serve(files: ConsoleFiles, policy: string, name: string, accepted = ''): ApiResponse {
  const file = name.endsWith('.br') ? undefined : files.find(name);
  if (!file) throw new AuditError('not_found', 'There is nothing under this path.');
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  const brotli = /(?:^|[\s,])br(?:$|[\s,;])/.test(accepted) ? file.brotli : undefined;
  return {
    status: 200,
    body: brotli ?? file.bytes,
    headers: {
      ...HEADERS,
      'content-security-policy': policy,
      'content-type': type,
      vary: 'accept-encoding',
      ...(brotli ? { 'content-encoding': 'br' } : {}),
      // A file whose name holds its digest never changes; the page that names it may at any time.
      'cache-control': name.startsWith('assets/') ? `public, max-age=${YEAR}, immutable` : 'no-cache',
    },
  };
}
