using System.Data;
using Npgsql;

namespace Unroll.Cluster;

/// <summary>
/// The tables of a cluster, in a schema of their own beside those of Quartz. They are made where there are none, and never changed.
/// </summary>
internal static class Tables
{
    /// <summary>What all of ours and Quartz' tables are like; a program works with one version of them.</summary>
    public const int Version = 1;

    /// <summary>Whoever makes the tables holds the advisory lock of this number: "unroll" in ASCII.</summary>
    private const long MakingLock = 0x756E726F6C6C;

    private const string Make = """
        create table if not exists unroll.file (
            sha256 bytea primary key,
            size bigint not null);
        create table if not exists unroll.blob (
            sha256 bytea not null,
            part int not null,
            bytes bytea not null,
            primary key (sha256, part));
        create table if not exists unroll.study (
            id bigint generated always as identity primary key,
            name text not null unique,
            kind text not null,
            setup text not null,
            words text[] not null,
            version text not null,
            instructions text not null,
            state text not null,
            error text,
            made timestamptz not null default now());
        create table if not exists unroll.input (
            study bigint not null references unroll.study on delete cascade,
            place int not null,
            name text not null,
            sha256 bytea not null references unroll.file,
            primary key (study, place));
        create table if not exists unroll.piece (
            study bigint not null references unroll.study on delete cascade,
            number int not null,
            key text not null,
            begun int not null default 0,
            worker text,
            since timestamptz,
            primary key (study, number));
        create table if not exists unroll.result (
            study bigint not null,
            number int not null,
            sha256 bytea not null,
            content bytea not null,
            measured bytea not null,
            worker text not null,
            version text not null,
            instructions text not null,
            seconds double precision not null,
            made timestamptz not null default now(),
            primary key (study, number),
            foreign key (study, number) references unroll.piece on delete cascade);
        create table if not exists unroll.dissent (
            id bigint generated always as identity primary key,
            study bigint not null,
            number int not null,
            sha256 bytea not null,
            content bytea not null,
            measured bytea not null,
            worker text not null,
            version text not null,
            instructions text not null,
            seconds double precision not null,
            made timestamptz not null default now(),
            foreign key (study, number) references unroll.piece on delete cascade);
        create table if not exists unroll.worker (
            instance text primary key,
            host text not null,
            version text not null,
            instructions text not null,
            slots int not null,
            began timestamptz not null default now(),
            ended timestamptz);
        create table if not exists unroll.tables (
            version int not null);
        insert into unroll.tables select $1 where not exists (select from unroll.tables);
        """;

    /// <summary>Makes the tables where there are none, and checks their version.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="makeEngine">Makes the tables of the engine.</param>
    /// <param name="address">Where the database is, for messages.</param>
    /// <param name="cancellation">Ends the wait for another program that makes them.</param>
    /// <exception cref="UnrollException">They are of another version.</exception>
    public static async Task PrepareAsync(
        NpgsqlConnection connection, Func<Task> makeEngine, ClusterAddress address, CancellationToken cancellation)
    {
        if (await VersionAsync(connection, cancellation) is not { } version)
        {
            await connection.Command("select pg_advisory_lock($1)", MakingLock).RunAsync(cancellation);
            try
            {
                if (!await connection.Command("select to_regnamespace('unroll') is not null").ValueAsync<bool>(cancellation))
                    await connection.Command("create schema unroll").RunAsync(cancellation);
                await makeEngine();
                // The row of the version comes last: who is interrupted by then begins again.
                await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
                foreach (string statement in Make.Split(";\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                {
                    string sql = statement.TrimEnd(';');
                    object?[] parameters = sql.Contains("$1", StringComparison.Ordinal) ? [Version] : [];
                    await connection.Command(sql, parameters).RunAsync(cancellation);
                }

                await transaction.CommitAsync(cancellation);
            }
            finally
            {
                // A connection that broke has let go of it.
                if (connection.State == ConnectionState.Open)
                    await connection.Command("select pg_advisory_unlock($1)", MakingLock).RunAsync(CancellationToken.None);
            }

            version = await VersionAsync(connection, cancellation) ?? Version;
        }

        if (version != Version)
        {
            throw new UnrollException(
                $"The tables in database {address} are of version {version}, and this program works with version {Version}. Use "
                    + "programs of one version, or another database.")
            {
                Subject = "cluster",
            };
        }
    }

    private static async Task<int?> VersionAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        await connection.Command("select to_regclass('unroll.tables') is not null").ValueAsync<bool>(cancellation)
            ? await connection.Command("select max(version) from unroll.tables").ValueAsync<int?>(cancellation)
            : null;
}
