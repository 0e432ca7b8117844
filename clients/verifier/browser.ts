/**
 * What of the verifier runs in a browser: the very code of the command, without files. SHA-256 and Ed25519 come by import
 * condition (`browser`).
 */
// biome-ignore lint/performance/noBarrelFile: the one entry that a page's bundler is pointed at.
export { type Trust, verifyKeyChain } from '../../core/receipt/key-chain.ts';
export { type Verdict, verifyEntries, verifyPage, verifyReceipt } from '../../core/receipt/verify.ts';
export { type LogFiles, verifyTiles } from '../../core/receipt/verify-tiles.ts';
