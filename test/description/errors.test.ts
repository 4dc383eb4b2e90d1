import { expect, it } from 'vitest';
import { problemOf, UserError } from '../../generator/base/errors.js';

it('takes the problem of an error that a user can correct, with its fix', () => {
  const problem = {
    code: 'PLAN_BUFFERS',
    path: 'buffers',
    message: 'nothing fits',
    fix: 'set buffers.dynamicBytes to 64',
  };
  expect(problemOf(new UserError([problem]), 'model')).toBe(problem);
});

it.each([[new Error('x is undefined')], ['x is undefined']])('makes a problem of any other error: %s', (error) => {
  const message = 'a fault in the program: x is undefined';
  expect(problemOf(error, 'model')).toEqual({ code: 'FAULT', path: 'model', message, fix: 'report it' });
});
