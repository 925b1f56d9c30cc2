'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { format } = require('../money.js');

test('cents', () => {
  assert.strictEqual(format(450, 'EUR'), '4.50 EUR');
});

test('below zero', () => {
  assert.strictEqual(format(-5, 'EUR'), '-0.05 EUR');
});

test('thousands', () => {
  assert.strictEqual(format(123456789, 'USD'), '1,234,567.89 USD');
});

test('yen', () => {
  assert.strictEqual(format(1200, 'JPY'), '1,200 JPY');
});

test('dinars', () => {
  assert.strictEqual(format(1500, 'KWD'), '1.500 KWD');
});

test('unknown', () => {
  assert.throws(() => format(1, 'XYZ'), RangeError);
});
