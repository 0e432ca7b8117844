import { expect, test } from '@jest/globals';
import { endpointAddress } from '../../../core/webhook/address.ts';

const address = (text: string, loopback = false) => endpointAddress(text, { loopback });

test.each([
  ['https://hooks.customer.example/audit?x=1', 'https://hooks.customer.example/audit?x=1'],
  ['HTTPS://Hooks.Customer.Example:443/', 'https://hooks.customer.example/'],
  ['https://hooks.customer.example:8443/x', 'https://hooks.customer.example:8443/x'],
  ['https://müller.example/x', 'https://xn--mller-kva.example/x'],
  ['https://8.8.8.8/x', 'https://8.8.8.8/x'],
])('%s is written out', (text, written) => expect(address(text)).toBe(written));

test.each([
  ['http://hooks.customer.example/', 'expected https'],
  ['ftp://hooks.customer.example/', 'expected https'],
  ['file:///etc/passwd', 'expected https'],
  ['gopher://127.0.0.1:6379/_FLUSHALL', 'expected https'],
  ['hooks.customer.example', 'expected an https address'],
  ['', 'expected an https address'],
  [`https://x.example/${'x'.repeat(2_000)}`, 'at most 2000'],
  ['https://user@hooks.customer.example/', 'user name'],
  ['https://:secret@hooks.customer.example/', 'user name'],
  ['https://hooks.customer.example/#x', 'fragment'],
  ['https://hooks.customer.example:22/', 'port 22'],
  ['https://hooks.customer.example:25/', 'port 25'],
  ['https://hooks.customer.example:80/', 'port 80'],
  ['https://localhost/', 'localhost'],
  ['https://localhost./', 'localhost'],
  ['https://intranet/', 'intranet'],
  ['https://db.internal/', 'db.internal'],
  ['https://metadata.google.internal/', 'internal'],
  ['https://ｌｏｃａｌｈｏｓｔ/', 'localhost'],
  ['https://printer.local/', 'printer.local'],
])('%s is refused: %s', (text, problem) => {
  expect(() => address(text)).toThrow(problem);
});

test('what looks like a name and is a number is written as the address that it is', () => {
  for (const text of [
    'https://0x7f.1/',
    'https://2130706433/',
    'https://017700000001/',
    'https://１２７.０.０.１/',
  ])
    expect(address(text)).toBe('https://127.0.0.1/');
});

test('this machine is taken, over http and at any port, where that is switched on', () => {
  expect(address('http://127.0.0.1:9/x', true)).toBe('http://127.0.0.1:9/x');
  expect(() => address('http://127.0.0.1:9/x')).toThrow('expected https');
  expect(() => address('http://10.0.0.1:9/x', true)).toThrow('expected https');
});
