namespace Unroll.Cluster;

/// <summary>Where a study stands.</summary>
public enum StudyState
{
    /// <summary>Its pieces are computed as workers come free.</summary>
    Running,

    /// <summary>No new piece begins; those under way end.</summary>
    Paused,

    /// <summary>It was cancelled. Its results are there, and the same order goes on from them.</summary>
    Cancelled,

    /// <summary>A piece of it cannot be computed. Its results are there, and the same order goes on from them.</summary>
    Failed,

    /// <summary>It has ended, and its results are there.</summary>
    Done,
}
