import { z } from 'zod';

// Before any schema is made: the policy of the page forbids code from strings, and zod would try it once.
z.config({ jitless: true });
