import { describe, expect, test } from '@jest/globals';
import { App, type Stack } from 'aws-cdk-lib';
import { accountTenant, tableTenant, tenantStack } from '../synthesised.ts';

const initech = { ...tableTenant, id: 'initech', display_name: 'Initech' };

/** The templates of an app with these tenants, by the names of their stacks, and the app's assembly. */
function synthesise(files: readonly object[]) {
  const app = new App();
  const stacks: Stack[] = files.map((file) => tenantStack(file, { app }));
  const assembly = app.synth();
  const templates = Object.fromEntries(
    assembly.stacksRecursively.map(({ stackName, template }) => [stackName, template as unknown]),
  );
  return { stacks, assembly, templates };
}

describe('a fleet', () => {
  const two = synthesise([tableTenant, accountTenant]);
  const before = two.templates;
  const three = synthesise([tableTenant, accountTenant, initech]);

  test('a tenant that is added changes the stack of nobody else', () => {
    const { templates } = three;
    expect(Object.keys(templates)).toEqual(['AuditTrail-acme', 'AuditTrail-globex', 'AuditTrail-initech']);
    expect(templates['AuditTrail-acme']).toEqual(before['AuditTrail-acme']);
    expect(templates['AuditTrail-globex']).toEqual(before['AuditTrail-globex']);
  });

  test('a tenant that is changed changes its own stack alone', () => {
    const changed = { ...tableTenant, display_name: 'Acme Ltd', alarm_email: 'ops@example.com' };
    const { templates } = synthesise([changed, accountTenant]);
    expect(templates['AuditTrail-acme']).not.toEqual(before['AuditTrail-acme']);
    expect(templates['AuditTrail-globex']).toEqual(before['AuditTrail-globex']);
  });

  test('a file that is removed leaves nothing behind in the app that could delete what the tenant has', () => {
    const { templates, assembly } = synthesise([accountTenant]);
    expect(templates).toEqual({ 'AuditTrail-globex': before['AuditTrail-globex'] });
    expect(JSON.stringify(assembly.manifest)).not.toContain('AuditTrail-acme');
  });

  test('each stack stands alone: cdk deploy AuditTrail-<id> takes no other with it', () => {
    const { stacks, assembly } = three;
    expect(stacks.flatMap((stack) => stack.dependencies)).toEqual([]);
    for (const artifact of assembly.stacksRecursively) {
      expect(artifact.id).toBe(artifact.stackName);
      const stacksItWaitsFor = artifact.dependencies.filter(
        ({ id }) => id.startsWith('AuditTrail-') && !id.endsWith('.assets'),
      );
      expect(stacksItWaitsFor).toEqual([]);
    }
  });

  test('both tiers are one stack: the same resources, and policies for the senders of the account tier besides', () => {
    const types = (id: string) =>
      Object.values((before[id] as { Resources: Record<string, { Type: string }> }).Resources)
        .map(({ Type }) => Type)
        .sort();
    expect(types('AuditTrail-globex')).toEqual(types('AuditTrail-acme'));
    const globex = JSON.stringify(before['AuditTrail-globex']);
    const acme = JSON.stringify(before['AuditTrail-acme']);
    for (const sid of ['EmittersSend', 'EmittersSendThroughSqs']) {
      expect(globex).toContain(`"${sid}"`);
      expect(acme).not.toContain(`"${sid}"`);
    }
  });

  test('the tier decides where the stack goes', () => {
    const { assembly } = two;
    const places = assembly.stacksRecursively.map(({ stackName, environment }) => [
      stackName,
      environment.account,
    ]);
    expect(places).toEqual([
      ['AuditTrail-acme', 'unknown-account'],
      ['AuditTrail-globex', accountTenant.account],
    ]);
  });
});

test("a tenant's stack stays few: at most 10 roles, 8 functions and 3 alarms", () => {
  const everything = { ...accountTenant, auditor_principals: ['arn:aws:iam::999999999999:root'] };
  const { templates } = synthesise([everything]);
  const { Resources } = templates['AuditTrail-globex'] as { Resources: Record<string, { Type: string }> };
  const count = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type).length;
  expect(count('AWS::IAM::Role')).toBeLessThanOrEqual(10);
  expect(count('AWS::Lambda::Function')).toBeLessThanOrEqual(8);
  expect(count('AWS::CloudWatch::Alarm')).toBe(3);
});
