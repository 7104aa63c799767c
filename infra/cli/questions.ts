/** The kinds of question that are asked, and no others: the library has many, and each of them is loaded. */
export { confirm, password } from '@inquirer/prompts';
