/** Every page before somebody is in, in one file: whoever opens one often needs the next. */
export { ForgottenPage } from "./forgotten_page";
export { InvitationPage } from "./invitation_page";
export { RegisterPage } from "./register_page";
export { ResetPage } from "./reset_page";
export { SignInPage } from "./sign_in_page";
export { VerifyPage } from "./verify_page";
