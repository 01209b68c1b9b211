using System.Diagnostics;

namespace Unroll.Cluster.Worker;

/// <summary>
/// A database on a file system of 32 MB that fills up: one line says so, and after there is room the same goes on. Takes root.
/// </summary>
internal static class FullDisk
{
    /// <returns>True where the line came and the study could begin afterwards.</returns>
    public static async Task<bool> RunAsync()
    {
        string folder = Folder("disk"), small = Path.Combine(folder, "small");
        Directory.CreateDirectory(small);
        if (!Run("mount", "-t", "tmpfs", "-o", "size=32m,mode=0777", "tmpfs", small))
        {
            Console.WriteLine("A small file system cannot be mounted here: nothing was tested.");
            return false;
        }

        try
        {
            await using LocalPostgres postgres = await LocalPostgres.StartAsync(Path.Combine(folder, "postgres"));
            string space = Path.Combine(small, "space");
            Directory.CreateDirectory(space);
            await PostgresPrograms.GiveAsync(space, CancellationToken.None);
            await using (var server = new Database(new ClusterAddress(postgres.ConnectionTo("postgres"))))
            {
                await server.RepeatAsync(
                    async (connection, token) =>
                    {
                        await connection.Command($"create tablespace small location '{space}'").RunAsync(token);
                        await connection.Command("create database small tablespace small").RunAsync(token);
                    },
                    CancellationToken.None);
            }

            await using ClusterClient cluster = await ClusterClient.ConnectAsync(postgres.ConnectionTo("small"));
            string large = Path.Combine(folder, "large.bin");
            byte[] noise = new byte[24 << 20];
            new Random(1).NextBytes(noise);
            await File.WriteAllBytesAsync(large, noise);
            string filler = Path.Combine(small, "filler");
            await File.WriteAllBytesAsync(filler, new byte[8 << 20]);
            StudyInput[] inputs = [new("large.bin", large)];
            var order = new StudyOrder { Name = "disk", Kind = "made", Setup = "", Words = [], Inputs = inputs };
            try
            {
                await cluster.OpenAsync(order);
                Console.WriteLine("The disk did not fill up.");
                return false;
            }
            catch (UnrollException full)
            {
                Console.WriteLine(full.Message);
                if (!full.Message.StartsWith("The disk of database small at ", StringComparison.Ordinal))
                    return false;
            }

            File.Delete(filler);
            await File.WriteAllBytesAsync(large, noise[..(4 << 20)]);
            Study study = await cluster.OpenAsync(order);
            Console.WriteLine($"With room again the study begins: {await study.StateAsync()}.");
            return true;
        }
        finally
        {
            Run("umount", "-l", small);
        }
    }

    /// <summary>A new folder for temporary files, where user postgres can get.</summary>
    public static string Folder(string name)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"unroll-cluster-{name}-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        return folder;
    }

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
