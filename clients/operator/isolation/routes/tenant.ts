import type { TenantId } from '../../../../core/event/ids.ts';
import type { PrivateJwk } from '../../../../core/identity/emitter.ts';
import type { Send } from './http.ts';

/** A tenant whose API is attacked, or whose credentials attack another's. */
export interface TestedTenant {
  readonly id: TenantId;
  readonly send: Send;
  /** A token with every scope. */
  readonly admin: string;
  /** Origin of its log, the audience of claims. */
  readonly origin: string;
  /** An emitter that is registered with it. */
  readonly emitter: { readonly id: string; readonly agent: string; readonly key: PrivateJwk };
  /** Lets a token of its own be past its time, which no API does; undefined where that can't be done. */
  readonly expire: ((token: string) => Promise<void>) | undefined;
}
