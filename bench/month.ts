import type { Cost } from './cost.ts';
import { PRICES } from './prices.ts';

const GIGABYTE = 1e9;
const MONTH_DAYS = 30;

/** What is asked of a month. */
export interface Month {
  /** Events recorded in it. */
  events: number;
  /** Days for which records stay in the table. */
  hotDays: number;
  /** Months for which they stay in the archive. */
  months: number;
}

/** Dollars of one item of the bill. */
export interface Charge {
  what: string;
  dollars: number;
}

/**
 * What a tenant's month costs, once as much is stored as will be: writing, scaled from `cost`, storage of what has come
 * together, and what stands idle.
 */
export function chargesOf({ events, hotDays, months }: Month, cost: Cost, idle: readonly Charge[]): Charge[] {
  const scale = events / cost.events;
  const { tableOctets, archiveOctets } = cost.bill;
  const hot = Math.min(hotDays / MONTH_DAYS, months);
  return [
    ...Object.entries(cost.dollars).map(([what, dollars]) => ({ what, dollars: dollars * scale })),
    {
      what: 'DynamoDB storage',
      dollars: ((tableOctets * scale * hot) / GIGABYTE) * PRICES.dynamoGigabyteMonth,
    },
    {
      what: 'S3 storage',
      dollars: ((archiveOctets * scale * months) / GIGABYTE) * PRICES.s3GigabyteMonth,
    },
    ...idle,
  ];
}
