import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

// What is not an address of the public internet (IANA special-purpose registries), the metadata services of clouds among it.
const NOT_PUBLIC: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
const blocked4 = new BlockList();
for (const [net, prefix] of NOT_PUBLIC) blocked4.addSubnet(net, prefix, 'ipv4');
// Of IPv6 only global unicast is public, less documentation and what carries an IPv4 address within.
const public6 = new BlockList();
public6.addSubnet('2000::', 3, 'ipv6');
const blocked6 = new BlockList();
for (const [net, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  blocked6.addSubnet(net, prefix, 'ipv6');

/** Whether `address` is one of the public internet; false for anything that is no address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !blocked4.check(address, 'ipv4');
  return family === 6 && public6.check(address, 'ipv6') && !blocked6.check(address, 'ipv6');
}

/** The name leads to an address that is not public, or the address itself is none. */
export class RefusedAddress extends Error {}

/**
 * Resolves a name for a connection, and refuses where any of its addresses is not public: what was looked at is what is
 * connected to, so a name cannot change in between.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '');
    const [first] = addresses;
    if (!first || !addresses.every(({ address }) => isPublicAddress(address)))
      return callback(new RefusedAddress('the name leads to an address that is not public'), '');
    if (options.all === true) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};
