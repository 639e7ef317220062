//! Who may call what: the whole matrix of roles and routes, sessions, forms of other sites.

use crate::kit::{Kit, PASSWORD, user_of};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use domain::district::{Command, Scope, TokenPost};
use domain::{Label, Role};
use web::routes::{Access, table};

/// A path with its pieces filled in; nothing there exists.
fn filled(path: &str) -> String {
    let pieces = path.split('/').map(|piece| match piece {
        p if p.starts_with("{*") => "x",
        p if p.starts_with('{') => "0",
        p => p,
    });
    pieces.collect::<Vec<_>>().join("/")
}

/// Whether an answer says that the caller may not come here.
fn turned_away(status: StatusCode, location: &str) -> bool {
    let sent_away = status == StatusCode::SEE_OTHER
        && (location.starts_with("/sign-in?to=") || location == "/follow?done=visit-over");
    sent_away || matches!(status, StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED)
}

#[tokio::test]
async fn every_role_comes_to_the_routes_of_its_row_and_to_no_other() {
    let kit = Kit::new().await;
    for role in Role::ALL.iter().map(|r| Some(*r)).chain([None]) {
        let mut client = match role {
            Some(role) => kit.role(role).await,
            None => kit.client(),
        };
        for route in table().filter(|r| !matches!(r.path, "/sign-out" | "/account/sessions/end")) {
            let method: Method = route.method.parse().unwrap();
            let origin = [("origin", "http://doorstep.test")];
            let kind = "application/x-www-form-urlencoded";
            let answer = client.send(method, &filled(route.path), &origin, Body::empty(), kind).await;
            assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{} {}", route.method, route.path);
            let may = match route.access {
                Access::Public | Access::Intake => true,
                Access::Entering => role.is_some(),
                Access::Staff(roles) => role.is_some_and(|r| roles.contains(&r)),
                Access::CaseSecret
                | Access::CaseCaller
                | Access::Reader
                | Access::RecordReader
                | Access::RecordCaller
                | Access::ActToken
                | Access::ActCaller
                | Access::Visit => false,
            };
            // A form without its token is turned away behind the guard: that it got there shows in the problem's name.
            let stale = answer.text.contains("页面已过期");
            let away = turned_away(answer.status, answer.location()) && !stale;
            let hidden = matches!(route.access, Access::CaseSecret | Access::CaseCaller)
                && answer.status == StatusCode::NOT_FOUND;
            assert_eq!(may, !(away || hidden), "{role:?} at {} {}: {}", route.method, route.path, answer.status);
        }
    }
}

#[tokio::test]
async fn a_form_without_the_token_of_its_session_or_of_another_site_is_refused() {
    let kit = Kit::new().await;
    let mut client = kit.role(Role::Clerk).await;
    let answer = client.post("/account/sessions/end", &[("session", "all")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text.contains("页面已过期"), "{}", answer.text);
    let csrf = client.get("/account").await.input("csrf");
    let body = Body::from(format!("session=all&csrf={csrf}"));
    let foreign = [("origin", "http://elsewhere.test")];
    let kind = "application/x-www-form-urlencoded";
    let answer = client.send(Method::POST, "/account/sessions/end", &foreign, body, kind).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text.contains("别的网站"), "{}", answer.text);
    let answer = client.submit("/account/sessions/end", &[("session", "all")]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sign-in?done=signed-out"));
    assert_eq!(client.get("/account").await.location(), "/sign-in?to=%2Faccount");
}

#[tokio::test]
async fn a_wrong_password_says_so_and_after_ten_the_account_must_wait() {
    let kit = Kit::new().await;
    let mut client = kit.client();
    for _ in 0..10 {
        let answer = client.post("/sign-in", &[("user", "clerk-1"), ("password", "wrong wrong")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains("登录名或密码不对") && answer.text.contains("value=\"clerk-1\""));
    }
    let answer = client.post("/sign-in", &[("user", "clerk-1"), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.headers.contains_key("retry-after"));
    for n in 0..12 {
        let answer = client.post("/sign-in", &[("user", "nobody"), ("password", "wrong wrong")]).await;
        let same = if n < 10 { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::TOO_MANY_REQUESTS };
        assert_eq!(answer.status, same, "whether an account exists is not told: {n}");
    }
    // Whoever signed in from this browser before is not shut out by strangers, from wherever they come.
    let mut owner = kit.signed_in("head-1").await;
    owner.submit("/sign-out", &[]).await;
    let kind = "application/x-www-form-urlencoded";
    for n in 0..120 {
        let body = Body::from("user=head-1&password=wrong+wrong");
        let from = format!("198.51.{n}.7");
        kit.client().send(Method::POST, "/sign-in", &[("x-forwarded-for", from.as_str())], body, kind).await;
    }
    let sign_in = [("user", "head-1"), ("password", PASSWORD)];
    assert_eq!(kit.client().post("/sign-in", &sign_in).await.status, StatusCode::TOO_MANY_REQUESTS, "a new browser");
    assert_eq!(owner.post("/sign-in", &sign_in).await.status, StatusCode::SEE_OTHER, "the owner's browser");
}

#[tokio::test]
async fn a_session_ends_when_idle_when_old_when_signed_out_and_with_its_account() {
    let kit = Kit::new().await;
    let mut client = kit.role(Role::Clerk).await;
    assert_eq!(client.get("/account").await.status, StatusCode::OK);
    kit.clock.set(crate::kit::at("2023-05-04T13:30:00"));
    assert_eq!(client.get("/account").await.status, StatusCode::SEE_OTHER, "idle for over four hours");
    let mut client = kit.role(Role::Clerk).await;
    let answer = client.submit("/sign-out", &[]).await;
    assert_eq!(answer.location(), "/sign-in?done=signed-out");
    assert_eq!(client.get("/account").await.status, StatusCode::SEE_OTHER);
    let mut client = kit.role(Role::Clerk).await;
    let close = domain::district::Command::CloseAccount { user: user_of(Role::Clerk) };
    kit.desk.change(testing::founder(), close).await.unwrap();
    assert_eq!(client.get("/account").await.status, StatusCode::SEE_OTHER, "the account was closed");
}

#[tokio::test]
async fn a_changed_password_ends_all_sessions_and_a_bad_one_is_refused_at_its_field() {
    let kit = Kit::new().await;
    let mut client = kit.role(Role::Auditor).await;
    let mut elsewhere = kit.role(Role::Auditor).await;
    let short = client.submit("/account/password", &[("old", PASSWORD), ("new", "short")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.text.contains("href=\"#f-new\""));
    let done = client.submit("/account/password", &[("old", PASSWORD), ("new", "another password")]).await;
    assert_eq!(done.location(), "/sign-in?done=password-changed");
    assert_eq!(elsewhere.get("/account").await.status, StatusCode::SEE_OTHER);
    let answer = kit.client().post("/sign-in", &[("user", "auditor-1"), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_sign_in_leads_back_to_the_page_but_never_to_another_site() {
    let kit = Kit::new().await;
    let fields = |to| [("user", "clerk-1"), ("password", PASSWORD), ("to", to)];
    assert_eq!(kit.client().post("/sign-in", &fields("/account")).await.location(), "/account");
    for to in ["//elsewhere.test", "https://elsewhere.test", "/\\elsewhere.test"] {
        assert_eq!(kit.client().post("/sign-in", &fields(to)).await.location(), "/desk");
    }
    assert_eq!(kit.client().get("/language?to=en&back=//elsewhere.test").await.location(), "/");
}

#[tokio::test]
async fn every_page_comes_with_its_policy_in_both_languages_and_in_large_print() {
    let kit = Kit::new().await;
    let mut client = kit.client();
    let page = client.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    assert_eq!(page.headers["referrer-policy"], "same-origin", "a browser's own forms come with their origin");
    assert!(page.text.contains("lang=\"zh-CN\"") && page.text.contains("提出一件事"));
    assert_eq!(client.get("/language?to=en&back=/sign-in").await.location(), "/sign-in");
    assert!(client.get("/").await.text.contains("Raise something"));
    client.get("/print-size?to=large&back=/").await;
    assert!(client.get("/").await.text.contains("data-print-size=\"large\""));
    let style = client.get("/assets/app.css").await;
    assert_eq!(style.headers["content-type"], "text/css; charset=utf-8");
    assert_eq!(client.get("/assets/none.css").await.status, StatusCode::NOT_FOUND);
    let lost = client.get("/no-such-page").await;
    assert_eq!(lost.status, StatusCode::NOT_FOUND);
    assert!(lost.text.contains("There is nothing at this address."), "{}", lost.text);
}

#[tokio::test]
async fn a_proxy_on_another_machine_is_believed_about_its_callers_only_when_it_is_named() {
    use axum::extract::ConnectInfo;
    use tower::ServiceExt;
    let kit = Kit::new().await;
    let named: std::net::IpAddr = "10.0.0.9".parse().unwrap();
    let router = web::router(web::App::new(kit.desk.clone(), kit.place()).unwrap().proxies(vec![named]));
    // The last of thirty-one callers behind an unnamed proxy has to wait, as all of them count as one address.
    for (proxy, last) in [("10.0.0.9", StatusCode::CREATED), ("10.0.0.8", StatusCode::TOO_MANY_REQUESTS)] {
        let mut status = StatusCode::OK;
        for n in 0..31 {
            let request = axum::http::Request::post("/api/v1/cases")
                .header("host", "doorstep.test")
                .header("content-type", "application/json")
                .header("x-forwarded-for", format!("192.0.2.200, 192.0.2.{n}"));
            let mut request = request.body(Body::from("{\"text\":\"楼道灯不亮\"}")).unwrap();
            let peer: std::net::IpAddr = proxy.parse().unwrap();
            request.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::from((peer, 4000))));
            status = router.clone().oneshot(request).await.unwrap().status();
        }
        assert_eq!(status, last, "{proxy}");
    }
}

#[tokio::test]
async fn forwarded_addresses_are_read_with_ports_and_brackets_and_an_unnamed_proxy_is_noted_for_the_check_up() {
    use axum::extract::ConnectInfo;
    use tower::ServiceExt;
    let kit = Kit::new().await;
    let router = web::router(web::App::new(kit.desk.clone(), kit.place()).unwrap());
    let send = async |peer: [u8; 4], hop: String| {
        let mut request = axum::http::Request::post("/api/v1/cases")
            .header("content-type", "application/json")
            .header("x-forwarded-for", hop)
            .body(Body::from("{\"text\":\"楼道灯不亮\"}"))
            .unwrap();
        request.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::from((peer, 4000))));
        router.clone().oneshot(request).await.unwrap().status()
    };
    // Thirty-one callers through the proxy of this machine: each has a count of its own, however it is written.
    for n in 0..31 {
        for hop in [format!("192.0.2.{n}:5678"), format!("\"[2001:db8:{n}::1]:443\""), format!("[2001:db8:1{n:02}::1]")]
        {
            assert_eq!(send([127, 0, 0, 1], hop.clone()).await, StatusCode::CREATED, "{hop}");
        }
    }
    let folder = kit.place().folder().unwrap();
    assert_eq!(store::health::unnamed_proxy(folder), None);
    assert_eq!(send([10, 0, 0, 8], "192.0.2.1".into()).await, StatusCode::CREATED);
    assert_eq!(store::health::unnamed_proxy(folder), Some(kit.desk.now()));
    let found = store::doctor::visit(kit.place(), 1, kit.desk.now());
    assert!(format!("{found:?}").contains("a proxy that is not named"), "{found:?}");
}

#[tokio::test]
async fn an_encrypted_site_is_known_by_its_configured_address_and_its_cookies_never_travel_otherwise() {
    use axum::extract::ConnectInfo;
    use axum::http::Request;
    use tower::ServiceExt;
    let kit = Kit::new().await;
    let site = web::Site::parse("https://cases.example").unwrap();
    let app = web::App::new(kit.desk.clone(), kit.place()).unwrap().settled_accounts().at(site);
    let router = web::router(app);
    let send = async |request: axum::http::request::Builder, body: &'static str| {
        let mut request = request.header("host", "evil.example").body(Body::from(body)).unwrap();
        request.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::from(([127, 0, 0, 1], 4000))));
        router.clone().oneshot(request).await.unwrap()
    };
    let form = || Request::post("/sign-in").header("content-type", "application/x-www-form-urlencoded");
    let typed = "user=clerk-1&password=a+password+for+tests";
    assert_eq!(send(form().header("origin", "https://evil.example"), typed).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(send(form().header("origin", "http://cases.example"), typed).await.status(), StatusCode::FORBIDDEN);
    let answer = send(form().header("origin", "https://cases.example"), typed).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-session=") && cookie.contains("Path=/;") && cookie.ends_with("; Secure"));
    assert!(answer.headers()["strict-transport-security"].to_str().unwrap().starts_with("max-age="));
    let value = cookie.split(';').next().unwrap();
    let own = send(Request::get("/account").header("cookie", value), "").await;
    assert_eq!(own.status(), StatusCode::OK);
    let planted = value.replace("__Host-", "");
    let planted = send(Request::get("/account").header("cookie", planted), "").await;
    assert_eq!(planted.status(), StatusCode::SEE_OTHER, "a cookie that another host may have set is none");
    let feed = send(Request::get("/figures/feed.atom"), "").await;
    let bytes = axum::body::to_bytes(feed.into_body(), usize::MAX).await.unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("https://cases.example/") && !text.contains("evil.example"), "{text}");
}

#[tokio::test]
async fn every_token_comes_to_the_routes_of_its_scope_and_to_no_other() {
    let kit = Kit::new().await;
    for scope in Scope::ALL {
        let name = scope.code().to_owned();
        let post = TokenPost { unit: "housing".into(), role: Role::Clerk, until: "2023-12-31".parse().unwrap() };
        let make = match scope {
            Scope::Act => Command::MakeActingToken { name: name.clone(), post },
            _ => Command::MakeToken { name: name.clone(), scope: *scope },
        };
        kit.desk.change(testing::founder(), make).await.unwrap();
        let key: [u8; 32] = sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix(&name)).into();
        kit.desk.put(vec![store::access::set_token(1, key, &name)]).await.unwrap();
    }
    for scope in Scope::ALL.iter().map(|s| Some(*s)).chain([None]) {
        let bearer = format!("Bearer {}", scope.map_or("nobody", Label::code));
        for route in table() {
            let scopes: &[Scope] = match route.access {
                Access::Intake => &[Scope::Intake],
                Access::Reader => &[Scope::Read],
                Access::RecordReader | Access::RecordCaller => &[Scope::Read, Scope::Act],
                Access::ActToken | Access::ActCaller | Access::CaseCaller => &[Scope::Act],
                // A token opens no page, and is not looked at where everybody may come.
                Access::Staff(_) | Access::Entering | Access::Visit | Access::CaseSecret => &[],
                Access::Public => continue,
            };
            let method: Method = route.method.parse().unwrap();
            let headers = [("authorization", bearer.as_str())];
            let answer =
                kit.client().send(method, &filled(route.path), &headers, Body::from("{}"), "application/json").await;
            assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{} {}", route.method, route.path);
            let may = scope.is_some_and(|scope| scopes.contains(&scope));
            let hidden = matches!(route.access, Access::CaseSecret) && answer.status == StatusCode::NOT_FOUND;
            let away = turned_away(answer.status, answer.location()) || hidden;
            assert_eq!(may, !away, "{scope:?} at {} {}: {}", route.method, route.path, answer.status);
        }
    }
}

const ROUTES: &str = "# Routes · 页面和接口

Written by `cargo xtask describe` from the table of routes: not to be changed by hand. Who may call each, by role; the rules \
decide again about each record.

| Method | Path | Who |
|---|---|---|
";

#[test]
fn routes_and_who_may_call_them_are_those_that_were_looked_at() {
    let who = |access: Access| match access {
        Access::Public => "everybody".to_owned(),
        Access::Intake => "a token of scope intake, or a resident".to_owned(),
        Access::CaseSecret => "the case's secret".to_owned(),
        Access::CaseCaller => "the case's secret, or a token of scope act".to_owned(),
        Access::Reader => "a token of scope read".to_owned(),
        Access::RecordReader => "a token of scope read or act".to_owned(),
        Access::RecordCaller => "a token of scope read or act, or the record's secret".to_owned(),
        Access::ActToken => "a token of scope act".to_owned(),
        Access::ActCaller => "a token of scope act, or the record's secret".to_owned(),
        Access::Visit => "a resident who opened a case".to_owned(),
        Access::Entering => "whoever is signing in".to_owned(),
        Access::Staff(roles) if roles.len() == Role::ALL.len() => "every account".to_owned(),
        Access::Staff(roles) => roles.iter().map(|role| role.label(domain::Lang::En)).collect::<Vec<_>>().join(", "),
    };
    let mut rows: Vec<(&str, &str, String)> =
        table().map(|route| (route.path, route.method, who(route.access))).collect();
    rows.sort();
    let rows: String = rows.iter().map(|(path, method, who)| format!("| {method} | `{path}` | {who} |\n")).collect();
    testing::kept("docs/routes.md", &format!("{ROUTES}{rows}"));
}
