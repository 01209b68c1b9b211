using Unroll.Cluster;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>A cluster as its page shows it.</summary>
internal sealed class ClusterView(ClusterClient cluster) : IClusterView
{
    private const int Minutes = 60, MostPieces = 100;

    public async Task<ClusterLook> LookAsync(CancellationToken cancellation)
    {
        IReadOnlyList<StudyStatus> studies = await cluster.StudiesAsync(cancellation);
        IReadOnlyList<WorkerStatus> workers = await cluster.WorkersAsync(cancellation);
        IReadOnlyList<(DateTimeOffset Minute, int Done)> throughput = await cluster.ThroughputAsync(Minutes, cancellation);
        return new ClusterLook(
            cluster.Place,
            [.. studies.Select(study => new StudyLook(
                study.Name,
                study.Kind,
                study.State.ToString().ToLowerInvariant(),
                study.HandedIn,
                study.Done,
                study.UnderWay,
                study.Seconds,
                study.Created,
                study.LastResult,
                study.Error,
                study.Group))],
            [.. workers.Select(worker => new WorkerLook(
                worker.Instance, worker.Group, worker.Slots, worker.IsAlive, worker.LastCheckIn, worker.PiecesDone, worker.WorkingOn))],
            [.. throughput.Select(minute => new MinuteLook(minute.Minute.ToUnixTimeSeconds(), minute.Done))]);
    }

    public async Task<IReadOnlyList<PieceLook>> PiecesAsync(string study, CancellationToken cancellation) =>
    [
        .. (await cluster.PiecesAsync(study, MostPieces, cancellation)).Select(piece => new PieceLook(
            piece.Piece.Number, piece.Piece.Key, piece.Worker, piece.Since, piece.Done, piece.Took.TotalSeconds)),
    ];

    public Task ActAsync(string study, StudyAct act, CancellationToken cancellation) => act switch
    {
        StudyAct.Pause => cluster.PauseAsync(study, cancellation),
        StudyAct.Resume => cluster.ResumeAsync(study, cancellation),
        StudyAct.Cancel => cluster.CancelAsync(study, cancellation),
        _ => cluster.RemoveAsync(study, cancellation),
    };
}
