import { Duration } from 'aws-cdk-lib';
import { type IRuleTarget, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';

/**
 * The two clocks of a tenant, each one rule with a target for every task (AWS takes five of a rule): the default bus of
 * an account has 300 rules, and with a rule a task they would hold 42 tenants.
 */
export class Schedules extends Construct {
  /** What a day is kept right by. A run that failed or ran out of time is made up for within the hour. */
  readonly #hourly: Rule;
  /** Finds what a lost wake-up left, and what fell due while nothing happened. */
  readonly #sweep: Rule;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.#hourly = this.every(
      'Hourly',
      Duration.hours(1),
      'Looks at the archive, counts and archives the days that are over, and applies retention',
    );
    this.#sweep = this.every(
      'Sweep',
      Duration.minutes(5),
      'Looks for messages to endpoints that are due, and asks witnesses again that were down',
    );
  }

  hourly(target: IRuleTarget): void {
    this.#hourly.addTarget(target);
  }

  sweep(target: IRuleTarget): void {
    this.#sweep.addTarget(target);
  }

  private every(id: string, interval: Duration, description: string): Rule {
    return new Rule(this, id, { description, schedule: Schedule.rate(interval) });
  }
}
