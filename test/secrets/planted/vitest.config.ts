import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { dir: import.meta.dirname, include: ['planted.ts'], setupFiles: 'test/secrets/setup.ts' },
});
