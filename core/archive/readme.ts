import { utf8 } from '../encoding.ts';
import type { Archive } from '../ports.ts';
import { keyObject, README } from './layout.ts';

/** Which log the archive is of. */
interface ReadmeTerms {
  tenant: string;
  origin: string;
  verifierKey: string;
}

/** `README.txt` at the root of the archive. Text, since whoever reads it may have nothing of ours. */
function readmeText({ tenant, origin, verifierKey }: ReadmeTerms): string {
  return `Audit archive of the tenant ${tenant}

Every object here is locked (S3 Object Lock): until its date nobody can change or delete it. Each was written once; one
that has two versions or a delete marker has been tampered with.

  README.txt                           this text
  key/<size>                           the verifier key that signs from this size of the log on
  key/<size>.json                      after a rotation: what shows that this key follows from the one before it
  checkpoint/<size>                    the signed head of the log of this size (C2SP tlog-checkpoint)
  commit/<first index>                 a batch of records as it was committed: gzip of NDJSON, a header line, then a record a line
  signatures/<first index>             where each record is signed by itself too: 64 octets (Ed25519) a record of that batch
  tile/<level>/<number>                256 hashes of the log's Merkle tree (C2SP tlog-tiles, RFC 6962)
  records/dt=<day>/<first>-<last>.ndjson.gz
                                       the records of a day, one a line, exactly the bytes that the log holds
  records/dt=<day>/_<first>-<last>.offsets.json
                                       where each 256 records begin in that file
  purge/<line>/<id>.order.json, .certificate.json
                                       only after a purge: records below the line are gone by retention, their hashes stay
  erasure/<id>.json                    only after an erasure: what was erased, on whose request

Sizes and indices have 20 digits. Personal fields are salted commitments; what opens them is not here.

The log is "${origin}". Its first verifier key is

  ${verifierKey}

Compare it with the one that you were given by another way before you believe anything signed with it. To verify a copy of
this bucket offline, trusting nothing but that key:

  npm run verify -- COPY --key '${verifierKey}'

with the sources of agent-audit-trail, or its one-file verifier: node verify.mjs COPY --key ... The layout is described in
docs/formats/archive.md there, so that another verifier can be written from the description alone.
`;
}

/** Writes what a copy of the archive needs to be read without us: the README and the first verifier key. Idempotent. */
export async function describeArchive(
  terms: ReadmeTerms,
  archive: Pick<Archive, 'create'>,
  lockedUntil: number,
): Promise<void> {
  await archive.create(keyObject(0), utf8(`${terms.verifierKey}\n`), lockedUntil);
  await archive.create(README, utf8(readmeText(terms)), lockedUntil);
}
