/** Limits of an event and of a record (docs/formats/event.md). */
export const LIMITS = {
  /** UTF-8 bytes of an event's JSON text as sent. */
  eventBytes: 262_144,
  /** RFC 8785 bytes of a record: a bundle of 256 must fit what a function can answer. */
  recordBytes: 16_000,
  /** Nested objects and arrays, the event itself being level 1. */
  depth: 32,
  /** Object members of an event, at all levels together. */
  keys: 1_000,
  /** UTF-16 code units of an id or a name. */
  id: 256,
  labels: 32,
  labelKey: 64,
  /** How far back the time of an event id may lie, in milliseconds. */
  idAge: 30 * 24 * 3_600_000,
  /** How far ahead it may lie. */
  idLead: 5 * 60_000,
} as const;
