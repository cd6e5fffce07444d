"""Cases: what an agency does about reports, step by step, each mandated time limit measured."""
