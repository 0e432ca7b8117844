import { Duration } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

interface AccountLimitsProps {
  topic: Topic;
  /** Dollars a month, above which `email` hears of it. */
  budget?: { name: string; dollars: number; email: string };
}

/** What all tenants of an account share and may use up: its executions, and its money. */
export class AccountLimits extends Construct {
  /** Rings when functions were throttled for a quarter of an hour: who is throttled waits, whoever used the executions. */
  readonly throttled: Alarm;

  constructor(scope: Construct, id: string, { topic, budget }: AccountLimitsProps) {
    super(scope, id);
    this.throttled = new Alarm(this, 'Throttled', {
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'Throttles',
        statistic: 'Sum',
        period: Duration.minutes(5),
      }),
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription:
        'Functions of this account have been throttled for a quarter of an hour. docs/runbook.md#throttles',
    });
    this.throttled.addAlarmAction(new SnsAction(topic));
    if (!budget) return;
    const over = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
      notification: { notificationType, comparisonOperator: 'GREATER_THAN', threshold },
      subscribers: [{ subscriptionType: 'EMAIL', address: budget.email }],
    });
    new CfnBudget(this, 'Cost', {
      budget: {
        budgetName: budget.name,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: budget.dollars, unit: 'USD' },
      },
      // Percent.
      notificationsWithSubscribers: [over('ACTUAL', 80), over('FORECASTED', 100)],
    });
  }
}
