import { dirname, join } from 'node:path';

/** The operator's secret key in a local cloud. No secret: the emulator listens on the loopback interface alone. */
export const OPERATOR_SECRET = 'local';

/**
 * The environment of one emulator, written from nothing: its Lambda functions inherit it, and what the shell holds
 * (profiles, proxies, endpoints) has no business in them. `port` is the one that clients see, the gateway's.
 */
export function emulatorEnvironment(options: {
  account: string;
  port: number;
  python: string;
  home: string;
  iam: boolean;
}): Record<string, string> {
  return {
    // The first `node` on the path runs the functions: ours, of the version of the Lambda runtime.
    PATH: [dirname(process.execPath), dirname(options.python), '/usr/bin', '/bin'].join(':'),
    HOME: options.home,
    TMPDIR: join(options.home, 'tmp'),
    AUTH: String(options.iam),
    AWS_ACCESS_KEY_ID: options.account,
    AWS_SECRET_ACCESS_KEY: OPERATOR_SECRET, // presigned addresses are checked with it
    GATEWAY_PORT: String(options.port),
    MINISTACK_ACCOUNT_ID: options.account,
    MINISTACK_HOST: '127.0.0.1',
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
  };
}

/** The environment of the CDK CLI and of the agents: the operator's, on one emulator, with no profile of the shell. */
export function operatorEnvironment(
  account: string,
  region: string,
  endpoint?: string,
): Record<string, string> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...(Object.fromEntries(inherited) as Record<string, string>),
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: OPERATOR_SECRET,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...(endpoint === undefined ? {} : { AWS_ENDPOINT_URL: endpoint }),
  };
}
