/** The pages of people who are not in yet. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "./root";
import { texts } from "./search";

const signinPages = () => import("@/features/signin/pages");

const signin = createRoute({
  getParentRoute: () => root,
  path: "/signin",
  validateSearch: texts("token", "back", "mfa", "methods", "refused"),
  component: lazyRouteComponent(signinPages, "SignInPage"),
});

const register = createRoute({
  getParentRoute: () => root,
  path: "/register",
  component: lazyRouteComponent(signinPages, "RegisterPage"),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  component: lazyRouteComponent(signinPages, "InvitationPage"),
});

const forgotten = createRoute({
  getParentRoute: () => root,
  path: "/forgotten",
  component: lazyRouteComponent(signinPages, "ForgottenPage"),
});

const reset = createRoute({
  getParentRoute: () => root,
  path: "/reset",
  component: lazyRouteComponent(signinPages, "ResetPage"),
});

const verify = createRoute({
  getParentRoute: () => root,
  path: "/verify",
  component: lazyRouteComponent(signinPages, "VerifyPage"),
});

export const entrances = [signin, register, invitation, forgotten, reset, verify] as const;
