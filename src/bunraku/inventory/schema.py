"""The database: one table a thing that is stored (singular), one view an entity that can be asked for (plural).

Values that may be any JSON are kept as JSON text with sorted keys, so that equal values are equal text. Times are
UTC in ISO 8601 with milliseconds, so that text order is time order. Booleans are 0 and 1.
"""

VERSION = 1
"""Kept in the file's `user_version`; a file of another version is refused, never guessed at."""

TABLES = """
CREATE TABLE node (
    certname TEXT PRIMARY KEY, deactivated TEXT, expired TEXT, latest_report TEXT
) WITHOUT ROWID;

CREATE TABLE factset (
    certname TEXT PRIMARY KEY, environment TEXT, timestamp TEXT, producer_timestamp TEXT, producer TEXT, hash TEXT,
    facts TEXT
);
CREATE TABLE fact (
    certname TEXT, name TEXT, value TEXT, PRIMARY KEY (certname, name)
) WITHOUT ROWID;
CREATE INDEX fact_by_name ON fact (name, certname);
CREATE TABLE fact_content (
    certname TEXT, name TEXT, path TEXT, depth INTEGER, type TEXT, value TEXT, PRIMARY KEY (certname, path)
) WITHOUT ROWID;
CREATE INDEX fact_content_by_path ON fact_content (path, value);
CREATE INDEX fact_content_by_name ON fact_content (name);

CREATE TABLE catalog (
    certname TEXT PRIMARY KEY, environment TEXT, timestamp TEXT, producer_timestamp TEXT, producer TEXT, hash TEXT,
    version TEXT, transaction_uuid TEXT, catalog_uuid TEXT, code_id TEXT, job_id TEXT
);
CREATE TABLE resource (
    certname TEXT, resource TEXT, type TEXT, title TEXT, exported INTEGER, tags TEXT, file TEXT, line INTEGER,
    parameters TEXT
);
CREATE INDEX resource_by_node ON resource (certname);
CREATE INDEX resource_by_name ON resource (type, title);
CREATE INDEX resource_by_type ON resource (type, certname);
CREATE TABLE edge (
    certname TEXT, relationship TEXT, source_type TEXT, source_title TEXT, target_type TEXT, target_title TEXT
);
CREATE INDEX edge_by_node ON edge (certname);

CREATE TABLE report (
    hash TEXT PRIMARY KEY, certname TEXT, environment TEXT, puppet_version TEXT, report_format INTEGER,
    configuration_version TEXT, start_time TEXT, end_time TEXT, producer_timestamp TEXT, receive_time TEXT,
    producer TEXT, transaction_uuid TEXT, catalog_uuid TEXT, code_id TEXT, job_id TEXT, cached_catalog_status TEXT,
    status TEXT, noop INTEGER, noop_pending INTEGER, corrective_change INTEGER, type TEXT, metrics TEXT, logs TEXT
);
CREATE INDEX report_by_node ON report (certname, producer_timestamp);
CREATE TABLE event (
    report TEXT, certname TEXT, status TEXT, timestamp TEXT, resource_type TEXT, resource_title TEXT, property TEXT,
    name TEXT, new_value TEXT, old_value TEXT, message TEXT, file TEXT, line INTEGER, containment_path TEXT,
    containing_class TEXT, corrective_change INTEGER
);
CREATE INDEX event_by_report ON event (report);
CREATE INDEX event_by_node ON event (certname);
"""

VIEWS = """
CREATE VIEW nodes AS
    SELECT node.certname, deactivated, expired,
        catalog.timestamp AS catalog_timestamp, factset.timestamp AS facts_timestamp,
        report.end_time AS report_timestamp, catalog.environment AS catalog_environment,
        factset.environment AS facts_environment, report.environment AS report_environment,
        report.status AS latest_report_status, report.noop AS latest_report_noop,
        report.noop_pending AS latest_report_noop_pending,
        report.corrective_change AS latest_report_corrective_change, report.hash AS latest_report_hash,
        report.job_id AS latest_report_job_id, report.cached_catalog_status
    FROM node LEFT JOIN factset USING (certname) LEFT JOIN catalog USING (certname)
        LEFT JOIN report ON report.hash = node.latest_report;

CREATE VIEW facts AS SELECT fact.certname, name, value, environment FROM fact JOIN factset USING (certname);
CREATE VIEW fact_contents AS
    SELECT fact_content.certname, name, path, type, value, environment FROM fact_content JOIN factset USING (certname);
CREATE VIEW fact_names AS SELECT DISTINCT name FROM fact;
CREATE VIEW fact_paths AS SELECT DISTINCT path, name, type, depth FROM fact_content;
CREATE VIEW factsets AS
    SELECT certname, environment, timestamp, producer_timestamp, producer, hash,
        json_object('href', '/pdb/query/v4/factsets/' || certname || '/facts', 'data', (
            SELECT json_group_array(json_object('name', name, 'value', json(value)))
            FROM fact WHERE fact.certname = factset.certname)) AS facts
    FROM factset;
CREATE VIEW inventory AS
    SELECT certname, timestamp, environment, facts, coalesce(json_extract(facts, '$.trusted'), '{}') AS trusted
    FROM factset;

CREATE VIEW catalogs AS
    SELECT certname, version, environment, hash, transaction_uuid, catalog_uuid, code_id, job_id, producer_timestamp,
        producer,
        json_object('href', '/pdb/query/v4/catalogs/' || certname || '/resources', 'data', (
            SELECT json_group_array(json_object('certname', certname, 'resource', resource, 'type', type,
                'title', title, 'exported', json(iif(exported, 'true', 'false')), 'tags', json(tags),
                'file', file, 'line', line, 'parameters', json(parameters)))
            FROM resource WHERE resource.certname = catalog.certname)) AS resources,
        json_object('href', '/pdb/query/v4/catalogs/' || certname || '/edges', 'data', (
            SELECT json_group_array(json_object('relationship', relationship, 'source_type', source_type,
                'source_title', source_title, 'target_type', target_type, 'target_title', target_title))
            FROM edge WHERE edge.certname = catalog.certname)) AS edges
    FROM catalog;
CREATE VIEW resources AS
    SELECT resource.certname, resource, type, title, exported, tags, file, line, parameters, environment
    FROM resource JOIN catalog USING (certname);
CREATE VIEW edges AS SELECT * FROM edge;

CREATE VIEW reports AS
    SELECT report.*, (SELECT latest_report FROM node WHERE node.certname = report.certname) = hash AS "latest_report?",
        json_object('href', '/pdb/query/v4/reports/' || hash || '/events', 'data', (
            SELECT json_group_array(json_object('status', status, 'timestamp', timestamp,
                'resource_type', resource_type, 'resource_title', resource_title, 'property', property, 'name', name,
                'new_value', json(new_value), 'old_value', json(old_value), 'message', message, 'file', file,
                'line', line, 'containment_path', json(containment_path), 'containing_class', containing_class,
                'corrective_change', json(iif(corrective_change, 'true', 'false'))))
            FROM event WHERE event.report = report.hash)) AS resource_events,
        json_object('href', '/pdb/query/v4/reports/' || hash || '/metrics', 'data', json(metrics)) AS metric_list,
        json_object('href', '/pdb/query/v4/reports/' || hash || '/logs', 'data', json(logs)) AS log_list
    FROM report;
CREATE VIEW events AS
    SELECT event.*, report.environment, configuration_version, start_time AS run_start_time,
        end_time AS run_end_time, receive_time AS report_receive_time,
        (SELECT latest_report FROM node WHERE node.certname = event.certname) = event.report AS "latest_report?"
    FROM event JOIN report ON report.hash = event.report;

CREATE VIEW environments AS
    SELECT environment AS name FROM factset WHERE environment IS NOT NULL
    UNION SELECT environment FROM catalog WHERE environment IS NOT NULL
    UNION SELECT environment FROM report WHERE environment IS NOT NULL;
CREATE VIEW producers AS
    SELECT producer AS name FROM factset WHERE producer IS NOT NULL
    UNION SELECT producer FROM catalog WHERE producer IS NOT NULL
    UNION SELECT producer FROM report WHERE producer IS NOT NULL;
"""
