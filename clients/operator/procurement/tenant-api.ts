import type { Scope } from '../../../core/identity/scope.ts';
import { sendTo } from '../isolation/routes/http.ts';
import { logClient } from '../log-client.ts';
import { verifierKeysOf, withConnection } from '../tenant/connect.ts';
import { operatorName } from '../tenant/desk.ts';
import { ExportClient } from '../tenant/export-client.ts';
import type { DeployedTenant } from '../tenant/locate.ts';
import { createToken, revokeToken } from '../tenant/tokens.ts';
import type { TenantApi } from './simulate/session.ts';

/** Runs `use` with the tenant's API and a token that ends with it. */
export async function withApi(
  tenant: DeployedTenant,
  scopes: readonly Scope[],
  now: () => number,
  use: (api: TenantApi) => Promise<void>,
): Promise<void> {
  await withConnection(tenant, operatorName(), async ({ admin, kms }) => {
    const [verifierKey] = await verifierKeysOf(tenant, kms);
    const wanted = { name: 'procurement review', grant: { scopes }, expiresInDays: 1 };
    const { tokenId, token } = await createToken(admin, tenant.id, wanted);
    const { apiUrl } = tenant;
    try {
      await use({
        tenantId: tenant.id,
        consoleUrl: `${apiUrl}/console/`,
        token,
        send: sendTo(apiUrl),
        log: logClient({ apiUrl, token }),
        exports: new ExportClient({ apiUrl, token }),
        verifierKey,
        now,
      });
    } finally {
      await revokeToken(admin, tokenId);
    }
  });
}
