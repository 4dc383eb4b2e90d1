import { z } from 'zod';
import { answer } from './answers.js';
import type { Request } from './protocol.js';

// the page's policy forbids code made of text, which zod would try
z.config({ jitless: true });

const worker = globalThis as unknown as {
  onmessage: (event: { readonly data: Request }) => void;
  readonly postMessage: (message: unknown) => void;
};

worker.onmessage = ({ data }) => worker.postMessage(answer(data));
