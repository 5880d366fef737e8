-- The two roles and the database of a Mailgate on a PostgreSQL (15 or newer) of your own. Run once, as its superuser:
--
--     OWNER_PASSWORD=… APP_PASSWORD=… psql -f roles.sql
--
-- The owner makes the tables (MAILGATE_DATABASE_OWNER_URL); the app role only uses them (MAILGATE_DATABASE_URL), under
-- row-level security that it cannot switch off. For other names add -v owner=… -v app=… -v database=…

\set ON_ERROR_STOP on
\if :{?owner} \else \set owner mailgate_owner \endif
\if :{?app} \else \set app mailgate_app \endif
\if :{?database} \else \set database mailgate \endif
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD

CREATE ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE :"app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'app_password';

-- Sorted by bytes, so that an index finds what begins with some letters; letters are told from signs as Unicode does.
CREATE DATABASE :"database" OWNER :"owner" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';

-- Nobody else comes in. What the app role may do with each table, `mailgate migrate` grants.
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"app";
