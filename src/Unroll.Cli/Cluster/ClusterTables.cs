using System.Globalization;
using Unroll.Cluster;

namespace Unroll.Cli;

/// <summary>What a cluster does, as tables.</summary>
internal static class ClusterTables
{
    public static string Studies(IReadOnlyList<StudyStatus> studies, int width) => studies.Count == 0 ? "No studies." : FigureTable.Text(
        ["Study", "State", "Pieces", "Done", "Under\nway", "Computed", "Last result"],
        ["Under\nway", "Last result"],
        [[.. studies.Select(study => new[]
        {
            study.Name,
            study.State.ToString().ToLowerInvariant(),
            Number(study.HandedIn),
            Number(study.Done),
            Number(study.UnderWay),
            TrainingStatus.Clock(TimeSpan.FromSeconds(study.Seconds)),
            study.LastResult is { } last ? Ago(last) : FigureTable.None,
        })]],
        width);

    public static string Workers(IReadOnlyList<WorkerStatus> workers, int width) => workers.Count == 0 ? "No workers." : FigureTable.Text(
        ["Worker", "Version", "Instructions", "Slots", "Alive", "Done", "Works on"],
        ["Version", "Instructions"],
        [[.. workers.Select(worker => new[]
        {
            worker.Instance,
            worker.Version,
            worker.InstructionSet,
            Number(worker.Slots),
            worker.IsAlive ? "yes" : $"no, {Ago(worker.LastCheckIn)}",
            Number(worker.PiecesDone),
            worker.WorkingOn.Count == 0 ? FigureTable.None : string.Join(", ", worker.WorkingOn),
        })]],
        width);

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Ago(DateTimeOffset moment)
    {
        TimeSpan ago = DateTimeOffset.UtcNow - moment;
        return ago < TimeSpan.FromMinutes(1) ? FormattableString.Invariant($"{Math.Max(0, ago.TotalSeconds):0} s ago")
            : ago < TimeSpan.FromHours(1) ? FormattableString.Invariant($"{ago.TotalMinutes:0} min ago")
            : FormattableString.Invariant($"{moment:yyyy-MM-dd HH:mm}");
    }
}
